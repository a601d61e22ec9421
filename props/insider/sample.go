package insider

import (
	"errors"
	"fmt"

	"mlsref/impl/group"
	"mlsref/spec"
)

// Sample is a message that breaks a rule, from a small group.
type Sample struct {
	Rule   *spec.Rule
	What   string // what was changed, in words
	Story  string // the group's story, and its messages' format: "life, PublicMessage"
	Bytes  []byte // MLSMessage
	Answer error  // the receiver's
}

// Excused says why no insider's message breaks a rule; "" of one that can be broken.
func Excused(rule *spec.Rule) string { return excused[rule] }

// SampleOf finds the first message of a few small stories that breaks a rule. It is the
// same every time. A rule that is Excused has none, which is an error.
func SampleOf(rule *spec.Rule) (*Sample, error) {
	if why := Excused(rule); why != "" {
		return nil, errors.New(why)
	}
	for _, config := range configs {
		for _, story := range stories {
			for _, format := range []group.Format{group.Public, group.Private} {
				h := hunt{rule: rule, story: fmt.Sprintf("%s, %v", story.name, format)}
				if config.name != "free" {
					h.story += ", a " + config.name + " policy"
				}
				if err := h.through(story.tell, format, config.make(), h.wants); err != nil || h.sample != nil {
					return h.sample, err
				}
			}
		}
	}
	return nil, fmt.Errorf("no message of the stories breaks %s", rule.ID)
}

// hunt is a tester for whom a story ends when the sample is found.
type hunt struct {
	rule   *spec.Rule
	story  string
	sample *Sample
	err    error
}

// over ends a story.
type over struct{}

// through tells a story in a world that is set up as told.
func (h *hunt) through(story func(*world), format group.Format, config group.Config, setUp func(*world)) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case over{}:
			err = h.err
		default:
			panic(p)
		}
	}()
	w := newWorld(h, 1, format, config)
	setUp(w)
	story(w)
	return nil
}

// wants ends the story at the first message that breaks the rule.
func (h *hunt) wants(w *world) {
	w.wanted = h.rule
	w.found = func(b Broken, answer error) {
		h.sample = &Sample{h.rule, b.What, h.story, b.Bytes, answer}
		panic(over{})
	}
}

func (h *hunt) Helper() {}

func (h *hunt) Fatal(args ...any) {
	h.err = fmt.Errorf("insider: internal: the story %s: %s", h.story, fmt.Sprint(args...))
	panic(over{})
}

func (h *hunt) Errorf(format string, args ...any) { h.Fatal(fmt.Sprintf(format, args...)) }
