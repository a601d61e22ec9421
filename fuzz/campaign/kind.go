package campaign

import (
	"fmt"
	"slices"
	"strings"

	"mlsref/props"
	"mlsref/trace"
)

// Kind is a kind of history: how one is drawn from its seed, and what must hold of it.
type Kind struct {
	Name, About string

	defaults func() []string // the properties, where none are chosen
	choosing bool            // they can be chosen
	named    func(properties ...string) ([]props.Property, error)
	play     func(p Params, seed uint64, list []props.Property) (props.Outcome, error)
	again    func(p Params, seed uint64) string // the command that plays a seed again
	file     func(property, file string) string // and the one that plays a scenario
}

// Kinds are the kinds of history that there are.
var Kinds = []Kind{
	underProperties("props", "random histories under the eyes of the properties, as mlsref props plays them", "", props.One),
	{
		Name: "judges", About: "random histories that the judges must agree on, as mlsref run --random plays them",
		defaults: func() []string {
			return []string{props.Acceptance, "secrecy", "forward-secrecy", "post-compromise-security", "authentication", "derivation"}
		},
		named: props.Named,
		play: func(p Params, seed uint64, list []props.Property) (props.Outcome, error) {
			return props.Drawn(trace.Draws(seed), seed, p.Steps, p.People, list)
		},
		again: func(p Params, seed uint64) string {
			return fmt.Sprintf("mlsref run --random 1 --seed %d --steps %d --people %d", seed, p.Steps, p.People)
		},
		file: func(_, file string) string { return "mlsref run " + file },
	},
	underProperties("altered", "the histories of props with an attacker who also alters messages, as mlsref props --alter plays them", " --alter", props.Altered),
}

// underProperties is a kind that mlsref props plays, with a flag.
func underProperties(name, about, flag string, play func(seed uint64, steps, people int, list []props.Property) (props.Outcome, error)) Kind {
	return Kind{
		Name: name, About: about,
		defaults: func() []string { return names(props.All()) },
		choosing: true,
		named:    props.Named,
		play: func(p Params, seed uint64, list []props.Property) (props.Outcome, error) {
			return play(seed, p.Steps, p.People, list)
		},
		again: func(p Params, seed uint64) string { return propsAgain(p, seed) + flag },
		file: func(property, file string) string {
			return fmt.Sprintf("mlsref props --only %s %s", property, file)
		},
	}
}

func propsAgain(p Params, seed uint64) string {
	command := fmt.Sprintf("mlsref props --histories 1 --seed %d --steps %d --people %d", seed, p.Steps, p.People)
	if !slices.Equal(p.Properties, names(props.All())) {
		command += " --only " + strings.Join(p.Properties, " --only ")
	}
	return command
}

func names(list []props.Property) []string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.Name
	}
	return names
}

// Choose fills in the properties: all of the kind, or those that are wanted.
func (p *Params) Choose(only, except []string) error {
	k, err := kindOf(*p)
	switch {
	case err != nil:
		return err
	case len(only) > 0 && len(except) > 0:
		return fmt.Errorf("--only and --except: expected one of them")
	case len(only)+len(except) > 0 && !k.choosing:
		return fmt.Errorf("--only, --except: a campaign of %s has its own properties", k.Name)
	case len(only) > 0:
		list, err := props.Named(only...)
		p.Properties = names(list)
		return inFlag("--only", err)
	case len(except) > 0:
		list, err := props.Except(except...)
		p.Properties = names(list)
		return inFlag("--except", err)
	}
	p.Properties = k.defaults()
	return nil
}

func inFlag(flag string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w; mlsref props --list names them", flag, err)
}

func kindOf(p Params) (Kind, error) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == p.Kind })
	if i < 0 {
		var all []string
		for _, k := range Kinds {
			all = append(all, k.Name)
		}
		return Kind{}, fmt.Errorf("--kind: read %q, expected %s", p.Kind, strings.Join(all, " or "))
	}
	return Kinds[i], nil
}
