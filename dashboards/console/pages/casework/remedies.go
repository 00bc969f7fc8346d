package casework

import (
	"strconv"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
)

// remedyRow is a remedy as a case's page offers it: what was taken, with forms for what came of it, and the form to take it.
type remedyRow struct {
	casefile.RemedyChoice
	Taken []takenRow
	Forms []stepForm // the one to take it; none where it is not taken here, or not now
}

type takenRow struct {
	casefile.TakenRemedy
	Forms []stepForm // what it paid, what came back
}

// remedies are those of a case for its page; nothing before the order's date has passed.
func (p *Pages) remedies(r *web.Request, k casefile.Case, s *sent) []remedyRow {
	var rows []remedyRow
	for _, choice := range p.Cases.Remedies(k, *r.Person()) {
		row := remedyRow{RemedyChoice: choice}
		for _, taken := range choice.Taken {
			row.Taken = append(row.Taken, p.takenRow(r, k, taken, s))
		}
		if choice.Remedy.Known() {
			f := p.remedyForm(r, k, choice)
			if choice.Refusal == nil || s.of(f) {
				row.Forms = append(row.Forms, s.again(f))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// earlier are the remedies that followed orders of before, which may still bring something.
func (p *Pages) earlier(r *web.Request, k casefile.Case, s *sent) []takenRow {
	var rows []takenRow
	for _, taken := range k.Remedies {
		if k.Order == nil || taken.OrderSeq != k.Order.Seq || len(p.Cases.Remedies(k, *r.Person())) == 0 {
			rows = append(rows, p.takenRow(r, k, taken, s))
		}
	}
	return rows
}

func (p *Pages) takenRow(r *web.Request, k casefile.Case, taken casefile.TakenRemedy, s *sent) takenRow {
	row := takenRow{TakenRemedy: taken}
	named := field{Name: "remedy_no", Kind: asHidden, Value: strconv.FormatUint(uint64(taken.Seq), 10)}
	note := field{Name: "reason", Kind: asText, Optional: true}
	allowed := p.Cases.Allowed(k, *r.Person())
	add := func(kind casefile.ActionKind, title string, may bool, fields ...field) {
		for _, one := range allowed {
			if one == kind && may {
				row.Forms = append(row.Forms, s.again(stepForm{Title: title, Kind: string(kind), To: web.CaseURL(k.ID), Seq: k.Seq, Fields: append(fields, named)}))
			}
		}
	}
	add(casefile.PayByRemedy, "do.remedy_paid", taken.Remedy.Pays() && taken.PaidFen < taken.AmountFen,
		field{Name: "workers", Kind: asCount, Value: language.Whole(taken.Workers)}, field{Name: "amount", Kind: asYuan, Value: plainYuan(taken.AmountFen - taken.PaidFen)}, note)
	recover := "do.remedy_recovered"
	if taken.Remedy == casefile.DepositDraw {
		recover = "do.topped_up"
	}
	add(casefile.RecoverRemedy, recover, taken.Remedy.Advances() && taken.RecoveredFen < taken.PaidFen,
		field{Name: "amount", Kind: asYuan, Value: plainYuan(taken.PaidFen - taken.RecoveredFen)}, note)
	return row
}

// remedyForm asks for what a remedy must say. Amounts are proposed as far as they follow from the order; nothing is decided by it.
func (p *Pages) remedyForm(r *web.Request, k casefile.Case, choice casefile.RemedyChoice) stepForm {
	f := stepForm{Title: "remedy." + string(choice.Remedy), Kind: string(casefile.TakeRemedy), To: web.CaseURL(k.ID), Seq: k.Seq}
	o := k.Order
	unpaid := plainYuan(o.UnpaidFen())
	number := field{Name: "document_no", Kind: asLine, Optional: true, Hint: "hint.number"}
	due := field{Name: "due_on", Label: "field.obey_by", Kind: asDay}
	heard := field{Name: "heard_on", Kind: asDay, Hint: "hint.heard"}
	workers := field{Name: "workers", Kind: asCount, Value: language.Whole(o.Workers)}
	amount := func(proposed string) field { return field{Name: "amount", Kind: asYuan, Value: proposed} }
	record := field{Name: "record_id", Kind: asLine, Optional: true, Hint: "hint.record_id"}
	note := field{Name: "reason", Kind: asText, Optional: true}
	switch choice.Remedy {
	case casefile.NonPayment:
		f.Notes = []string{language.Fill(r.Lang, "remedy.unpaid", r.Lang.ExactYuan(o.UnpaidFen()))}
		if told := o.Told; told != nil {
			f.Notes = append(f.Notes, p.told(r.Lang, told))
		}
		f.Fields = []field{note}
	case casefile.Demand:
		f.Fields = []field{number, due, note}
	case casefile.AdditionalCompensation:
		if of := choice.Compensation; of != nil {
			f.Notes = []string{language.Fill(r.Lang, "remedy.range", language.Whole(uint32(of.Least)), language.Whole(uint32(of.Most)), r.Lang.ExactYuan(of.BaseFen), r.Lang.ExactYuan(of.LeastFen), r.Lang.ExactYuan(of.MostFen))}
		}
		f.Fields = []field{number, heard, workers, amount(""), due, note}
	case casefile.DepositDraw:
		f.Fields = []field{number, workers, amount(unpaid), record, note}
	case casefile.AdvancePayment:
		who := field{Name: "advancer", Kind: asChoice}
		for _, a := range casefile.Advancers {
			who.Options = append(who.Options, option{string(a), a.Title().In(string(r.Lang))})
		}
		f.Fields = []field{number, who, {Name: "employer", Label: "field.firm", Kind: asLine, Optional: true, Hint: "hint.firm"}, {Name: "employer_name", Label: "field.firm_name", Kind: asLine, Optional: true},
			workers, amount(unpaid), due, record, note}
	case casefile.EmergencyFund:
		f.Fields = []field{number, workers, amount(""), {Name: "living_costs", Kind: asTick, Optional: true}, record, note}
	case casefile.AdministrativeDecision:
		f.Fields = []field{number, heard, due, note}
	case casefile.Enforcement:
		f.Notes = []string{language.Message(r.Lang, "remedy.challenged")}
		f.Fields = []field{number, amount(unpaid), record, note}
	case casefile.Referral:
		f.Fields = []field{number, note}
	}
	f.Fields = append(f.Fields, field{Name: "remedy", Kind: asHidden, Value: string(choice.Remedy)})
	return f
}

// told says what pay slips tell of payments since an order.
func (p *Pages) told(l language.Locale, told *casefile.PaidByRecords) string {
	last := "—"
	if told.LastOn != nil {
		last = l.ShortDate(*told.LastOn)
	}
	return language.Fill(l, "order.told", l.ExactYuan(told.AmountFen), l.Num(told.Workers), last, l.ShortDate(told.AsOf))
}
