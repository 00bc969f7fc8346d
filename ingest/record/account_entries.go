package record

import (
	"time"
)

// AccountEntry is one entry in the ledger of a project's wage account (docs/reference/record-contract.md,
// wage.account_entries). Amounts are fen.
type AccountEntry struct {
	Head
	ProjectID          string
	AccountKey         Key       // of the wage account, as in Project
	BookedAt           time.Time // UTC, whole milliseconds
	Kind               string    // see entryKinds; it says whether money came or went
	Reason             string    // why, as the bank says it
	AmountFen          int64     // not negative
	BalanceFen         int64     // after the entry
	CounterpartyMasked string    // 王*
}

var entryKinds = enum{"labor_cost_in", "wage_out", "interest_in", "refund_in", "other_in", "other_out", "fee_out", "frozen", "unfrozen"}

// AccountEntry decodes one message of wage.account_entries. No fields contradict each other: a balance is compared with the
// entries before it, which may arrive later.
func (d *Decoder) AccountEntry(value []byte) (AccountEntry, *Reject) {
	return decodeOwned(d, value, (*Decoder).accountEntry)
}

func (d *Decoder) accountEntry(value []byte, r *AccountEntry) *Reject {
	if bad := d.scan(value, &accountEntrySchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.ProjectID = d.id(fEntProjectID)
	accountID := d.account(fEntAccountID)
	r.BookedAt = d.instant(fEntBookedAt)
	r.Kind = d.enum(fEntKind, entryKinds)
	r.Reason = d.optNote(fEntReason)
	r.AmountFen = d.yuan(fEntYuan)
	r.BalanceFen = d.yuan(fEntBalanceYuan)
	counterparty := d.optText(fEntCounterparty, maxText)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	r.AccountKey = d.hash.account(accountID)
	r.CounterpartyMasked = d.mask(counterparty)
	return nil
}

// Sort orders by project_id, booked_at, source, id, version, recorded_at.
func (b *accountEntryBatch) Sort() {
	b.projectID.sortValues()
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) {
		return uint64(b.projectID.rankOf(i)), uint64(b.bookedAt.v[i])
	}, b.head.compare)
}
