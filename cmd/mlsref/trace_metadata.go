package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"mlsref/impl/wire"
	"mlsref/trace"
)

func traceMetadataCommand() *cobra.Command {
	var compare bool
	c := &cobra.Command{
		Use:   "metadata TRACE",
		Short: "Show what the delivery service sees of each message",
		Long: `metadata reads each message of a trace as the delivery service does, who has no
key: how long it is, of which group and epoch, who sent it if that can be seen, what
is in the clear and what is encrypted (RFC 9420 §6, §16.3, §16.4). With --compare it
plays the scenario of the trace once with PublicMessage and once with PrivateMessage
handshakes, and shows the two side by side.`,
		Example: `  mlsref trace metadata out/first.trace.jsonl
  mlsref trace metadata out/first.trace.jsonl --compare`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var list []metadata
			header, err := scanFile(args[0], func(e *trace.Event) error {
				if e.Kind == trace.KindWire && !compare {
					list = append(list, metadataOf(e))
				}
				return nil
			})
			if err != nil {
				return err
			}
			if compare {
				return compareFramings(c, header, args[0])
			}
			return page(c.OutOrStdout(), func(out io.Writer, st style) error {
				printMetadata(out, st, header, list)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&compare, "compare", false, "handshakes as PublicMessage and as PrivateMessage, side by side")
	return c
}

// metadata is what can be seen of one message without any key.
type metadata struct {
	line    int
	kind    string
	size    int
	format  string
	group   string
	epoch   string
	sender  string // as the message says it
	visible string
	hidden  string
}

const nothing = "-"

// metadataOf reads a message. Who belongs to a leaf the service knows from the
// KeyPackages and Commits that it saw; here the trace says it.
func metadataOf(e *trace.Event) metadata {
	m := metadata{line: e.Line, kind: e.Wire.Kind, size: e.Wire.Size, format: "unreadable", group: nothing, epoch: nothing, sender: nothing}
	b, err := hex.DecodeString(e.Wire.Bytes)
	if err != nil {
		return m
	}
	var msg wire.MLSMessage
	if err := wire.Unmarshal(b, &msg); err != nil {
		return m
	}
	m.format = strings.TrimPrefix(msg.WireFormat.String(), "mls_")
	switch {
	case msg.PublicMessage != nil:
		m.public(msg.PublicMessage)
	case msg.PrivateMessage != nil:
		p := msg.PrivateMessage
		m.group, m.epoch, m.sender = printable(string(p.GroupID)), fmt.Sprint(p.Epoch), "encrypted"
		m.visible = "content type " + p.ContentType.String()
		m.hidden = fmt.Sprintf("sender, content, signature (%s)", count(len(p.Ciphertext), "byte"))
	case msg.Welcome != nil:
		m.visible = fmt.Sprintf("cipher suite, references of %s", count(len(msg.Welcome.Secrets), "key package"))
		m.hidden = "joiner_secret, path secret; GroupInfo with group, epoch, tree, sender"
	case msg.GroupInfo != nil:
		g := msg.GroupInfo
		m.group, m.epoch = printable(string(g.GroupContext.GroupID)), fmt.Sprint(g.GroupContext.Epoch)
		m.sender = fmt.Sprintf("leaf %d", g.Signer)
		m.visible = "all of it: tree, members, external key"
	case msg.KeyPackage != nil:
		m.sender = printable(string(msg.KeyPackage.LeafNode.Credential.Identity))
		m.visible = "all of it: identity, keys, capabilities"
	}
	return m
}

func (m *metadata) public(p *wire.PublicMessage) {
	c := &p.Content
	m.group, m.epoch = printable(string(c.GroupID)), fmt.Sprint(c.Epoch)
	m.sender = c.Sender.Type.String()
	switch c.Sender.Type {
	case wire.SenderMember:
		m.sender = fmt.Sprintf("leaf %d", c.Sender.LeafIndex)
	case wire.SenderNewMemberCommit, wire.SenderNewMemberProposal:
		m.sender = "new member"
	}
	switch {
	case c.Proposal != nil:
		m.visible = "proposal: " + proposalSeen(c.Proposal)
	case c.Commit != nil:
		m.commit(c.Commit)
	}
}

func (m *metadata) commit(c *wire.Commit) {
	var covers []string
	references := 0
	for i := range c.Proposals {
		if p := c.Proposals[i].Proposal; p != nil {
			covers = append(covers, proposalSeen(p))
		} else {
			references++
		}
	}
	if references > 0 {
		covers = append(covers, count(references, "proposal")+" by reference")
	}
	m.visible = "commit: " + strings.Join(covers, ", ")
	if len(covers) == 0 {
		m.visible = "commit of nothing"
	}
	if c.Path == nil {
		m.visible += "; no path"
		return
	}
	secrets := 0
	for i := range c.Path.Nodes {
		secrets += len(c.Path.Nodes[i].EncryptedPathSecret)
	}
	m.visible += fmt.Sprintf("; new leaf, public keys of %s", count(len(c.Path.Nodes), "node"))
	m.hidden = count(secrets, "path secret")
}

// proposalSeen says what a proposal shows of people.
func proposalSeen(p *wire.Proposal) string {
	switch {
	case p.Add != nil:
		return "add " + printable(string(p.Add.KeyPackage.LeafNode.Credential.Identity))
	case p.Remove != nil:
		return fmt.Sprintf("remove leaf %d", p.Remove.Removed)
	case p.ReInit != nil:
		return "reinit as " + printable(string(p.ReInit.GroupID))
	}
	return p.Type.String()
}

func metadataList(t *trace.Trace) (list []metadata) {
	for i := range t.Events {
		if t.Events[i].Kind == trace.KindWire {
			list = append(list, metadataOf(&t.Events[i]))
		}
	}
	return list
}

func printMetadata(out io.Writer, st style, h trace.Header, list []metadata) {
	group, sender := len("group"), len("sender")
	for i := range list {
		group, sender = max(group, columns(list[i].group)), max(sender, columns(list[i].sender))
	}
	head := fmt.Sprintf("%5s %7s  %-15s %s %5s  %s  ", "line", "bytes", "format", pad("group", group), "epoch", pad("sender", sender))
	fmt.Fprintf(out, "%s\n\n", st.bold(printable(h.File)+": what the delivery service sees"))
	fmt.Fprintln(out, st.dim(head+"in the clear | encrypted"))
	for _, m := range list {
		left := fmt.Sprintf("%5d %7d  %-15s %s %5s  %s  ", m.line, m.size, m.format, pad(m.group, group), m.epoch, pad(m.sender, sender))
		for i, line := range wrap(m.what(), max(24, st.width-columns(left))) {
			if i > 0 {
				left = strings.Repeat(" ", columns(left))
			}
			fmt.Fprintf(out, "%s%s\n", left, line)
		}
	}
}

func (m metadata) from() string {
	if m.sender == "encrypted" {
		return "sender hidden"
	}
	return "from " + m.sender
}

func (m metadata) what() string {
	hidden := m.hidden
	if hidden == "" {
		hidden = "nothing"
	}
	return m.visible + " | " + hidden
}

// compareFramings plays a scenario twice and shows its handshakes in both framings.
func compareFramings(c *cobra.Command, h trace.Header, path string) error {
	var lists [2][]metadata
	for i, public := range []bool{true, false} {
		sc, err := trace.Parse(h.File, strings.NewReader(h.Scenario))
		if err != nil {
			return fmt.Errorf("%s: the scenario in the header: %w", path, err)
		}
		sc.Public = public
		played, err := trace.Play(sc, trace.Options{Seed: &h.Seed})
		if err != nil {
			return playFailed(err)
		}
		lists[i] = handshakes(metadataList(played))
	}
	return page(c.OutOrStdout(), func(out io.Writer, st style) error {
		printFramings(out, st, h, lists[0], lists[1])
		return nil
	})
}

func handshakes(list []metadata) (only []metadata) {
	for _, m := range list {
		if k := m.kind; k == "commit" || k == "proposal" {
			only = append(only, m)
		}
	}
	return only
}

func printFramings(out io.Writer, st style, h trace.Header, public, private []metadata) {
	fmt.Fprintf(out, "%s\n\n", st.bold(printable(h.File)+": handshakes in both framings, as the delivery service sees them"))
	half := max(30, (st.width-16)/2)
	fmt.Fprintln(out, st.dim(fmt.Sprintf("%5s %-8s  %s  %s", "line", "", pad("PublicMessage", half), "PrivateMessage")))
	totals := [2]int{}
	for i := range max(len(public), len(private)) {
		var cells [2][]string
		var of metadata
		for side, list := range [2][]metadata{public, private} {
			if i >= len(list) {
				cells[side] = []string{"(not sent)"}
				continue
			}
			of = list[i]
			totals[side] += of.size
			cells[side] = wrap(fmt.Sprintf("%s, %s: %s", count(of.size, "byte"), list[i].from(), list[i].what()), half)
		}
		left := fmt.Sprintf("%5d %-8s", of.line, of.kind)
		for k := range max(len(cells[0]), len(cells[1])) {
			fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%s  %s  %s", left, pad(at(cells[0], k), half), at(cells[1], k)), " "))
			left = strings.Repeat(" ", columns(left))
		}
	}
	fmt.Fprintf(out, "\n%s: %s as PublicMessage, %s as PrivateMessage. What comes from outside is never encrypted (§12.4.3.2).\n",
		count(len(public), "handshake"), count(totals[0], "byte"), count(totals[1], "byte"))
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
