package main

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
)

func showLetterCommand() *cobra.Command {
	var configPath string
	var reveal bool
	cmd := &cobra.Command{
		Use: "show LETTER", Short: "Show one refused record, with personal fields hidden",
		Long: `Opens a letter with the keys of the configuration. Identity numbers, names, phones and accounts are hidden, and so is what
could be one in a field where it does not belong: Chinese text and long numbers. Of a message that is no JSON everything is
hidden. --reveal shows the message as it came: only where that is allowed.`,
		Example: "  anxin deadletters show wage.payroll/0@1177 --config /etc/anxin/anxin.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			place, err := ingest.ParsePlace(args[0])
			if err != nil {
				return app.BadInput(err)
			}
			protector, err := app.LoadProtector(c.Keys)
			if err != nil {
				return err
			}
			letters, err := ingest.DeadLetters(cmd.Context(), c.Ingest.Kafka)
			if err != nil {
				return err
			}
			for _, l := range letters {
				if l.Place() != place {
					continue
				}
				_, value, err := openLetter(protector, l)
				if err != nil {
					return err
				}
				if !reveal {
					value = hidePersonal(value)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s, rejected at %s\n", place, inChina(l.At))
				if !l.ReplayedAt.IsZero() {
					fmt.Fprintf(cmd.OutOrStdout(), "replayed at %s\n", inChina(l.ReplayedAt))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n\n%s\n", l.Reason, l.Detail, value)
				return nil
			}
			return app.BadInput(fmt.Errorf("there is no dead letter %s: see anxin deadletters list", args[0]))
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show personal data too")
	return cmd
}

func openLetter(p *record.Protector, l ingest.DeadLetter) (key, value []byte, err error) {
	text, err := p.OpenLetter(l.Sealed)
	if err != nil {
		return nil, nil, fmt.Errorf("opening dead letter %s: %w; are these the keys that ingest runs with?", l.Place(), err)
	}
	return ingest.UnpackLetter(text)
}

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

// hidePersonal returns a message with the values of all other fields, and what may be personal in these, replaced.
func hidePersonal(message []byte) []byte {
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
