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

const (
	fEntProjectID = fOwn + iota
	fEntAccountID
	fEntBookedAt
	fEntKind
	fEntReason
	fEntAmountFen
	fEntBalanceFen
	fEntCounterparty
)

var accountEntrySchema = schema{
	topic: TopicAccountEntries,
	fields: []string{"id", "source", "version", "recorded_at", "project_id", "account_id", "booked_at", "kind", "reason", "yuan",
		"balance_yuan", "counterparty"},
	lookup: func(_ uint8, key []byte) int {
		switch string(key) {
		case "id":
			return fID
		case "source":
			return fSource
		case "version":
			return fVersion
		case "recorded_at":
			return fRecordedAt
		case "project_id":
			return fEntProjectID
		case "account_id":
			return fEntAccountID
		case "booked_at":
			return fEntBookedAt
		case "kind":
			return fEntKind
		case "reason":
			return fEntReason
		case "yuan":
			return fEntAmountFen
		case "balance_yuan":
			return fEntBalanceFen
		case "counterparty":
			return fEntCounterparty
		}
		return -1
	},
}

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
	r.AmountFen = d.yuan(fEntAmountFen)
	r.BalanceFen = d.yuan(fEntBalanceFen)
	counterparty := d.optText(fEntCounterparty, maxText)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	r.AccountKey = d.hash.account(accountID)
	r.CounterpartyMasked = d.mask(counterparty)
	return nil
}

type accountEntryBatch struct {
	rows
	r                  AccountEntry // being decoded: its strings point into the message
	head               headColumns
	projectID          *dictColumn
	accountKey         *keyColumn
	bookedAt           *numColumn[int64]
	kind               *dictColumn
	reason             *stringColumn
	amountFen          *numColumn[int64]
	balanceFen         *numColumn[int64]
	counterpartyMasked *stringColumn
}

func newAccountEntryBatch() *accountEntryBatch {
	b := &accountEntryBatch{rows: rows{topic: TopicAccountEntries}}
	b.head = b.rows.head()
	b.projectID = b.shared("project_id")
	b.accountKey = b.key("account_key")
	b.bookedAt = b.millis("booked_at")
	b.kind = b.lowCardinality("kind")
	b.reason = b.string("reason")
	b.amountFen = b.fen("amount_fen")
	b.balanceFen = b.fen("balance_fen")
	b.counterpartyMasked = b.string("counterparty_masked")
	return b
}

func (b *accountEntryBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.accountEntry(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = AccountEntry{}
	return bad
}

func (b *accountEntryBatch) add(r *AccountEntry) {
	b.head.add(&r.Head)
	b.projectID.add(r.ProjectID)
	b.accountKey.add(r.AccountKey)
	b.bookedAt.add(r.BookedAt.UnixMilli())
	b.kind.add(r.Kind)
	b.reason.add(r.Reason)
	b.amountFen.add(r.AmountFen)
	b.balanceFen.add(r.BalanceFen)
	b.counterpartyMasked.add(r.CounterpartyMasked)
	b.n++
}

// Sort orders by project_id, booked_at, source, id, version, recorded_at.
func (b *accountEntryBatch) Sort() {
	b.projectID.sortValues()
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) {
		return uint64(b.projectID.rankOf(i)), uint64(b.bookedAt.v[i])
	}, b.head.compare)
}
