package casework

import (
	"testing"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
)

func TestTheNextStepFollowsFromStageAndCondition(t *testing.T) {
	for _, tt := range []struct {
		stage            casefile.Stage
		lasting, cleared casefile.ActionKind
	}{
		{casefile.Open, casefile.Accept, casefile.Accept},
		{casefile.Accepted, casefile.Investigate, casefile.Close},
		{casefile.Investigating, casefile.OrderPayment, casefile.Close},
		{casefile.Talks, casefile.OrderPayment, casefile.Close},
		{casefile.Ordered, casefile.RecordPayment, casefile.Close},
		{casefile.Paid, casefile.Close, casefile.Close},
	} {
		if got := nextStep(casefile.Case{Stage: tt.stage}); got != tt.lasting {
			t.Errorf("%s, the alert firing: %s, want %s", tt.stage, got, tt.lasting)
		}
		if got := nextStep(casefile.Case{Stage: tt.stage, Cleared: true}); got != tt.cleared {
			t.Errorf("%s, the condition cleared: %s, want %s", tt.stage, got, tt.cleared)
		}
	}
	paid := casefile.Case{Stage: casefile.Paid}
	for role, waits := range map[access.Role]bool{access.Inspector: true, access.DepartmentOfficer: true, access.Supervisor: false} {
		if got := waitsForSupervisor(paid, access.Person{Roles: []access.Role{role}}); got != waits {
			t.Errorf("paid while an alert fires, for the %s: waits %v", role, got)
		}
	}
	if paid.Cleared = true; waitsForSupervisor(paid, access.Person{Roles: []access.Role{access.Inspector}}) {
		t.Error("what is paid and cleared waits for a supervisor")
	}
}
