package view

import (
	"context"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// VoiceMonth is what workers answered about a wage month by the site's code. It proves nothing, for anybody who knows the code can
// answer: it is shown with how many did, and counts nowhere.
type VoiceMonth struct {
	Month  civil.Month `json:"month"`
	Paid   uint64      `json:"paid"`
	Partly uint64      `json:"partly"`
	Unpaid uint64      `json:"unpaid"`
	NotDue uint64      `json:"not_due"`
}

// Answers is how many answered.
func (v VoiceMonth) Answers() uint64 { return v.Paid + v.Partly + v.Unpaid + v.NotDue }

// voiceMonths is how many months of answers are shown.
const voiceMonths = 6

// voices reads the answers that were recorded by the run's day. They are few and are in no snapshot. Who gave a number counts once
// a month, by the last answer.
func (q *factQuery) voices(ctx context.Context) error {
	column := map[catalog.Scope]string{catalog.Project: "project_id", catalog.Employer: "employer_uscc"}[q.scope]
	rows, err := q.conn.Query(WithParameters(ctx, q.parameters()), fmt.Sprintf(`
SELECT
    month,
    countIf(answer = 'paid') AS paid,
    countIf(answer = 'partly') AS partly,
    countIf(answer = 'unpaid') AS unpaid,
    countIf(answer = 'not_due') AS not_due
FROM
(
    SELECT
        month,
        if(worker_hash = toFixedString('', 16), concat(source, ' ', id), hex(worker_hash)) AS person,
        argMax(answer, (said_on, recorded_at, id)) AS answer
    FROM
    (
        SELECT *
        FROM voices
        WHERE %s = {id:String} AND toDate(recorded_at, 'Asia/Shanghai') <= {as_of:Date}
        ORDER BY version DESC, recorded_at
        LIMIT 1 BY source, id
    )
    GROUP BY month, person
)
GROUP BY month
ORDER BY month DESC
LIMIT %d`, column, voiceMonths))
	if err != nil {
		return fmt.Errorf("reading the voices of %s %s: %w", q.scope, q.id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var v VoiceMonth
		var month time.Time
		if err := rows.Scan(&month, &v.Paid, &v.Partly, &v.Unpaid, &v.NotDue); err != nil {
			return fmt.Errorf("reading the voices of %s %s: %w", q.scope, q.id, err)
		}
		v.Month = civil.OfColumn(month).Month()
		q.facts.Voices = append(q.facts.Voices, v)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the voices of %s %s: %w", q.scope, q.id, err)
	}
	return nil
}
