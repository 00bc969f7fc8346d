package cases

import (
	"cmp"
	"context"
	"fmt"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
)

// Act takes a step. Of two persons who act at once on what both have seen, one wins and the other gets ErrConflict. When
// it returns nil, the action is in the log.
func (s *Store) Act(ctx context.Context, by access.Person, one casefile.Step) (casefile.Outcome, error) {
	o := s.ActAll(ctx, by, []casefile.Step{one})[0]
	return o, o.Err
}

// ActAll takes steps on several cases in one insert; each has an outcome of its own.
func (s *Store) ActAll(ctx context.Context, by access.Person, all []casefile.Step) []casefile.Outcome {
	s.appending.Lock()
	defer s.appending.Unlock()
	var outcomes []casefile.Outcome
	err := again(func() (err error) { // where another process was first, by what the log says now: cases it has touched conflict
		outcomes, err = s.perform(ctx, by, all)
		return err
	})
	for i := range outcomes {
		if outcomes[i].Err == nil {
			outcomes[i].Err = err
		}
	}
	return outcomes
}

func (s *Store) perform(ctx context.Context, by access.Person, all []casefile.Step) ([]casefile.Outcome, error) {
	outcomes := make([]casefile.Outcome, len(all))
	for i, one := range all {
		outcomes[i].CaseID = one.CaseID
	}
	if err := s.settle(ctx); err != nil {
		return outcomes, err
	}
	changes := map[string]*change{}
	issued := s.issued()
	for i, one := range all {
		outcomes[i].Err = s.judge(&outcomes[i], changes, issued, by, one)
	}
	if err := s.write(ctx, changes); err != nil {
		return outcomes, err
	}
	for i := range outcomes {
		if outcomes[i].Err == nil {
			view := s.views[outcomes[i].CaseID] // nobody replaces it while appending is held
			outcomes[i].Case = on(view, s.today())
		}
	}
	return outcomes, nil
}

// judge adds a step to the changes, if it may be taken.
func (s *Store) judge(o *casefile.Outcome, changes map[string]*change, issued map[string]string, by access.Person, one casefile.Step) error {
	if by.ID == "" || by.ID == casefile.System {
		return casefile.Refuse("nobody", byDesign, "操作须由具名人员进行", "an action needs a named person")
	}
	known := s.state(one.CaseID)
	if known == nil {
		return fmt.Errorf("case %s: %w", one.CaseID, ErrNotFound)
	}
	if one.Seq != known.seq || changes[one.CaseID] != nil {
		return fmt.Errorf("case %s is at event %d, you have seen %d: %w", one.CaseID, known.seq, one.Seq, ErrConflict)
	}
	today := s.today()
	view := known.view(s.calendar, s.terms)
	view = on(&view, today)
	terms := s.terms(view.Territory, today)
	data := actionData{Action: one.Action, ByName: by.Name}
	data.Reason = "" // it stands in the event
	s.number(&data, view, issued, today)
	one.Action.DocumentNo = data.DocumentNo
	if err := Judge(view, by, one.Action, terms, today); err != nil {
		return err
	}
	if err := unique(steps[one.Action.Kind].event, data, issued); err != nil {
		return err
	}
	if err := s.charge(&data, view, by); err != nil {
		return err
	}
	c := &change{after: known.clone()}
	switch one.Action.Kind {
	case casefile.Investigate:
		data.Workdays = terms.Lead
	case casefile.Extend:
		data.Workdays = terms.Extension
	case casefile.OrderPayment:
		data.Employer, data.EmployerName = view.Binds(data.Employer, data.EmployerName)
		data.Source = view.Owed.ByRecords()
	case casefile.TakeRemedy:
		s.completed(&data, view, terms)
	}
	if err := c.addBy(s, one.CaseID, by.ID, steps[one.Action.Kind].event, one.Action.Reason, data); err != nil {
		return err
	}
	changes[one.CaseID] = c
	for _, no := range c.after.work.numbers {
		issued[no] = one.CaseID
	}
	o.Event = c.events[0]
	return nil
}

// issued are the numbers of papers, each with its case.
func (s *Store) issued() map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := map[string]string{}
	for id, one := range s.states {
		for _, no := range one.work.numbers {
			all[no] = id
		}
	}
	return all
}

// charge says who is in charge of a case after an action: whoever accepts it, unless they name another. An urge goes to who is.
func (s *Store) charge(data *actionData, c casefile.Case, by access.Person) error {
	switch data.Kind {
	case casefile.Accept:
		data.Assignee = cmp.Or(data.Assignee, by.ID)
	case casefile.Assign:
		data.HandedFrom = c.Assignee
	case casefile.UrgeHandler:
		data.Assignee = c.Assignee
		return nil
	default:
		data.Assignee = ""
		return nil
	}
	if data.Assignee == by.ID || s.person == nil {
		return nil // who may do this may work on the case
	}
	// who is charged must be able to work on it, or the case leaves everybody's list
	if to, ok := s.person(data.Assignee); !ok || mayAct(c, to, steps[casefile.Assign]) != nil {
		return casefile.Refuse("assignee", byDesign, "承办人须是登记在册、可以办理本案的人员", "the person in charge must be registered, and one who may work on this case")
	}
	return nil
}
