package casefile

import "github.com/anxin-project/anxin/internal/domain/catalog"

// Refusal says that a step is not allowed, and by which rule. Code is stable: programs may rely on it.
type Refusal struct {
	Code    string
	Message catalog.Text
	Basis   string // article of law, or the rule of this program that it comes from
}

// Error is the English text with its rule.
func (r *Refusal) Error() string { return r.Message.EN + " [" + r.Code + ": " + r.Basis + "]" }

// Refuse makes a refusal.
func Refuse(code, basis, zh, en string) *Refusal {
	return &Refusal{Code: code, Message: catalog.Text{ZH: zh, EN: en}, Basis: basis}
}
