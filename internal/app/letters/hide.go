package letters

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/anxin-project/anxin/ingest/record"
)

// shown are the fields that hold nothing personal where sources keep to the contract.
var shown = map[string]bool{
	"id": true, "source": true, "version": true, "recorded_at": true, "id_type": true, "project_id": true, "employer_uscc": true,
	"township": true, "sector": true, "status": true, "wage_month": true, "month": true, "due_on": true, "paid_on": true, "work_date": true,
	"gross_yuan": true, "deducted_yuan": true, "payable_yuan": true, "paid_yuan": true, "yuan": true, "balance_yuan": true, "hours": true,
	"channel": true, "kind": true, "indicator": true, "value": true, "workers": true, "incident": true, "participants": true, "outcome": true,
	"entered_on": true, "left_on": true, "settled_on": true, "contract_signed_on": true, "wage_basis": true, "wage_yuan": true, "signed": true,
	"settled_confirmed": true, "received_on": true, "status_on": true, "resolved_on": true, "opened_on": true, "closed_on": true, "booked_at": true,
	"check_in": true, "check_out": true, "tax_yuan": true, "insurance_yuan": true, "conclusion": true, "reopened_on": true, "accepted_on": true,
	"filed_on": true, "extended_on": true, "suspended_from": true, "suspended_to": true, "merged_into": true, "recovered_yuan": true,
	"wage_from": true, "wage_to": true, "developer_uscc": true, "contractor_uscc": true, "permit_on": true, "contract_yuan": true,
}

// personal finds, in a field where it does not belong, what may be a name, or an identity, phone or account number: written
// together or in groups.
var personal = regexp.MustCompile(`[^ -~]+|\d(?: ?\d){10,}[Xx]?`)

// plain finds names of fields that are none of persons, and no numbers.
var plain = regexp.MustCompile(`^[A-Za-z_]{1,40}$`)

// Hide returns a message with the values of all other fields, and what may be personal in these, replaced. A message
// that is no JSON object is hidden as a whole.
func Hide(message []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(message, &fields) != nil {
		return fmt.Appendf(nil, "(%d bytes that are no JSON object; --reveal shows them)", len(message))
	}
	clean := map[string]any{}
	for name, value := range fields {
		var text string
		switch {
		case !plain.MatchString(name):
			clean["(other)"] = "***"
		case !shown[name] || len(value) > 0 && (value[0] == '{' || value[0] == '['):
			clean[name] = "***"
		case json.Unmarshal(value, &text) == nil && record.ValidUSCC(text):
			clean[name] = text
		case json.Unmarshal(value, &text) == nil:
			clean[name] = personal.ReplaceAllString(text, "***")
		case personal.Match(value) && (name != "version" || len(value) > len("1793215800000")): // milliseconds since 1970
			clean[name] = "***"
		default:
			clean[name] = value
		}
	}
	out, err := json.MarshalIndent(clean, "", "  ")
	if err != nil {
		return nil
	}
	return out
}
