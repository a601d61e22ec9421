package trace

import (
	"slices"

	"mlsref/model"
)

// Expect is one expectation of the scenario.
type Expect struct {
	Epoch   *uint64        `json:"epoch,omitempty"`
	Group   string         `json:"group,omitempty"`   // of the epoch; "" if there is no doubt
	Secret  model.GoalKind `json:"secret,omitempty"`  // one of the epoch's; empty: epoch_secret and init_secret together
	Message int            `json:"message,omitempty"` // an application message's number
	PSK     string         `json:"psk,omitempty"`     // an external PSK's name
	Attack  int            `json:"attack,omitempty"`  // the attacker's n-th step
	Exposed bool           `json:"exposed"`           // or, of an attack: it succeeds
}

// epochSecrets are the secrets of an epoch that an expectation can name.
var epochSecrets = []string{
	string(model.EpochSecret), string(model.InitSecret), string(model.JoinerSecret), string(model.WelcomeSecret),
	string(model.SenderDataSecret), string(model.EncryptionSecret), string(model.ExporterSecret), string(model.ExternalSecret),
	string(model.ConfirmationKey), string(model.MembershipKey), string(model.ResumptionPSK), string(model.EpochAuthenticator),
}

func (e *Expect) parse(l *line) string {
	kind := l.peek()
	if msg := l.oneOf("epoch", "message", "psk", "attack"); msg != "" {
		return msg
	}
	fates := []string{"secret", "exposed"}
	switch kind {
	case "epoch":
		n, msg := l.number("the number of the epoch", 31)
		if msg != "" {
			return msg
		}
		e.Epoch = &n
		if l.peek() == "of" {
			l.next()
			if msg := l.name(&e.Group, "of the group"); msg != "" {
				return msg
			}
		}
		if slices.Contains(epochSecrets, l.peek()) {
			e.Secret = model.GoalKind(l.next().text)
		} else {
			fates = append(fates, epochSecrets...)
		}
	case "psk":
		if msg := l.name(&e.PSK, "of the PSK"); msg != "" {
			return msg
		}
	case "attack":
		fates = []string{"fails", "succeeds"}
		if msg := l.numbered(&e.Attack, "attack"); msg != "" {
			return msg
		}
	default:
		if msg := l.numbered(&e.Message, "message"); msg != "" {
			return msg
		}
	}
	e.Exposed = l.peek() == "exposed" || l.peek() == "succeeds"
	return l.oneOf(fates...)
}
