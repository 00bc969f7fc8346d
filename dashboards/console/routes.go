package console

import (
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
)

// route is one address of the pages or of the API (api.go). What it may be used for is written here and nowhere else: admit asks access.Allow for
// the action and, where the route is about one place, project, employer or case, for that object. Lists are about nothing
// in particular: they are made from what the person may see (scope.go).
type route struct {
	pattern string // with its method; a POST takes a form, in the API a JSON object
	section string // of the navigation
	life    time.Duration
	action  access.Action
	about   func(*request) (access.Object, error)
	audited string // what the audit log calls it; every form, export and print has such a name, and every page that names persons
	serve   pageFunc
}

// How long a rendered page is remembered for its session. Pages of a run stay as they are until a newer run; cases change by
// themselves, and so does the quality of the data, which is judged by days; what is about people is never kept.
const (
	untilNextRun time.Duration = 0
	briefly                    = 2 * time.Second
	aWhile                     = 20 * time.Second
	never        time.Duration = -1
)

func (c *Console) table() []route {
	return []route{
		{pattern: "GET /{$}", section: "ranking", life: untilNextRun, action: access.Read, serve: c.rankingPage},
		{pattern: "GET /ranking.csv", section: "ranking", life: untilNextRun, action: access.Read, audited: "export", serve: c.rankingCSV},
		{pattern: "GET /townships/{code}", section: "ranking", life: untilNextRun, action: access.Read, about: c.unitObject, serve: c.unitPage},
		{pattern: "GET /units/{code}", section: "ranking", life: untilNextRun, action: access.Read, about: c.unitObject, serve: c.unitPage},
		{pattern: "GET /explain/{code}", section: "ranking", life: untilNextRun, action: access.Read, about: c.unitObject, serve: c.explainPage},
		{pattern: "GET /editions", section: "editions", life: untilNextRun, action: access.Read, serve: c.editionsPage},
		{pattern: "GET /editions/{number}", section: "editions", life: untilNextRun, action: access.Read, serve: c.editionPage},
		{pattern: "GET /editions/{number}/ranking.csv", section: "editions", life: untilNextRun, action: access.Read, audited: "export", serve: c.editionCSV},
		{pattern: "GET /editions/{number}/diff", section: "editions", life: untilNextRun, action: access.Read, serve: c.diffPage},
		{pattern: "GET /editions/{number}/diff.csv", section: "editions", life: untilNextRun, action: access.Read, audited: "export", serve: c.diffCSV},
		{pattern: "GET /plan", section: "editions", life: untilNextRun, action: access.Read, serve: c.planPage},
		{pattern: "GET /plan.csv", section: "editions", life: untilNextRun, action: access.Read, audited: "export", serve: c.planCSV},
		{pattern: "GET /rates", section: "editions", life: untilNextRun, action: access.Read, serve: c.ratesPage},
		{pattern: "GET /rates.csv", section: "editions", life: untilNextRun, action: access.Read, audited: "export", serve: c.ratesCSV},
		{pattern: "GET /warnings", section: "warnings", life: untilNextRun, action: access.Read, serve: c.warningsPage},
		{pattern: "GET /warnings.csv", section: "warnings", life: untilNextRun, action: access.Read, audited: "export", serve: c.warningsCSV},
		{pattern: "GET /detectors", section: "warnings", life: untilNextRun, action: access.Read, serve: c.rulebookPage},
		{pattern: "GET /detectors/{id}", section: "warnings", life: untilNextRun, action: access.Read, serve: c.rulePage},
		{pattern: "GET /subjects/{scope}/{id}", section: "warnings", life: briefly, action: access.Read, about: c.subjectObject, serve: c.subjectPage},
		{pattern: "GET /subjects/{scope}/{id}/owed.csv", section: "warnings", life: briefly, action: access.Read, about: c.subjectObject, audited: "export", serve: c.owedCSV},
		{pattern: "GET /subjects/{scope}/{id}/workers", section: "warnings", life: never, action: access.Reveal, about: c.subjectObject, serve: c.workersPage},
		{pattern: "POST /subjects/{scope}/{id}/workers", section: "warnings", life: never, action: access.Reveal, about: c.subjectObject, audited: "reveal", serve: c.revealForm},
		{pattern: "GET /work", section: "work", life: never, action: access.Work, serve: c.workPage},
		{pattern: "GET /approvals", section: "approvals", life: never, action: access.Decide, serve: c.approvalsPage},
		{pattern: "GET /cases", section: "cases", life: never, action: access.Read, serve: c.casesPage},
		{pattern: "POST /cases/accept", section: "cases", life: never, action: access.Work, audited: "case.accept", serve: c.acceptForm},
		{pattern: "GET /cases/{id}", section: "cases", life: never, action: access.Read, about: c.oneCase, serve: c.casePage},
		// Whoever reads a case may send a step; which of them, casework decides and says by which rule.
		{pattern: "POST /cases/{id}", section: "cases", life: never, action: access.Read, about: c.oneCase, audited: "case", serve: c.caseForm},
		{pattern: "GET /cases/{id}/print", section: "cases", life: never, action: access.Read, about: c.oneCase, audited: "print", serve: c.caseFilePage},
		{pattern: "GET /blacklist", section: "publication", life: never, action: access.Public, serve: c.publicationPage},
		{pattern: "GET /blacklist/entries", section: "entries", life: never, action: access.Discipline, serve: c.entriesPage},
		{pattern: "GET /blacklist/entries/{entry}", section: "entries", life: never, action: access.Discipline, about: c.oneEntry, audited: "read_entry", serve: c.entryPage},
		{pattern: "POST /blacklist/entries/{entry}", section: "entries", life: never, action: access.Discipline, about: c.oneEntry, audited: "blacklist", serve: c.entryForm},
		{pattern: "GET /blacklist/propose/{employer}", section: "entries", life: never, action: access.Discipline, about: c.oneCandidate, serve: c.proposePage},
		{pattern: "POST /blacklist/propose/{employer}", section: "entries", life: never, action: access.Discipline, about: c.oneCandidate, audited: "blacklist", serve: c.proposeForm},
		{pattern: "GET /quality", section: "quality", life: aWhile, action: access.ReadSystem, serve: c.qualityPage},
		{pattern: "GET /quality.csv", section: "quality", life: aWhile, action: access.ReadSystem, audited: "export", serve: c.qualityCSV},
		{pattern: "GET /search", section: "search", life: untilNextRun, action: access.Read, serve: c.searchPage},
		{pattern: "GET /runs", section: "runs", life: briefly, action: access.ReadSystem, serve: c.runsPage},
		{pattern: "GET /runs.csv", section: "runs", life: briefly, action: access.ReadSystem, audited: "export", serve: c.runsCSV},
		{pattern: "GET /about", section: "about", life: untilNextRun, action: access.OwnAccount, serve: c.aboutPage},

		{pattern: "GET /sign-in", section: "sign-in", life: never, action: access.Public, serve: c.signInPage},
		{pattern: "POST /sign-in", section: "sign-in", life: never, action: access.Public, audited: "sign_in", serve: c.signInForm},
		{pattern: "GET /sign-in/openid", section: "sign-in", life: never, action: access.Public, serve: c.openIDPage},
		{pattern: "GET /sign-in/openid/return", section: "sign-in", life: never, action: access.Public, audited: "sign_in", serve: c.openIDReturn},
		{pattern: "POST /sign-out", section: "account", life: never, action: access.OwnAccount, audited: "sign_out", serve: c.signOutForm},
		{pattern: "GET /account", section: "account", life: never, action: access.OwnAccount, serve: c.accountPage},
		{pattern: "POST /account", section: "account", life: never, action: access.OwnAccount, audited: "password_changed", serve: c.passwordForm},

		{pattern: "GET /people", section: "people", life: never, action: access.ManagePeople, serve: c.peoplePage},
		{pattern: "POST /people", section: "people", life: never, action: access.ManagePeople, audited: "person_added", serve: c.addForm},
		{pattern: "GET /people/{person}", section: "people", life: never, action: access.ManagePeople, serve: c.personPage},
		{pattern: "POST /people/{person}", section: "people", life: never, action: access.ManagePeople, audited: "person_changed", serve: c.personForm(changeRights)},
		{pattern: "POST /people/{person}/password", section: "people", life: never, action: access.ManagePeople, audited: "password_given", serve: c.givePasswordForm},
		{pattern: "POST /people/{person}/disable", section: "people", life: never, action: access.ManagePeople, audited: "person_disabled", serve: c.personForm(disable)},
		{pattern: "POST /people/{person}/enable", section: "people", life: never, action: access.ManagePeople, audited: "person_enabled", serve: c.personForm(enable)},
		{pattern: "POST /people/{person}/link", section: "people", life: never, action: access.ManagePeople, audited: "person_linked", serve: c.personForm(c.link)},

		{pattern: "GET /audit", section: "audit", life: never, action: access.ReadAudit, serve: c.auditPage},

		{pattern: "GET /api/v1/units", section: "ranking", life: untilNextRun, action: access.Read, serve: c.unitsAnswer},
		{pattern: "GET /api/v1/units/{code}", section: "ranking", life: untilNextRun, action: access.Read, about: c.unitObject, serve: c.unitDetailAnswer},
		{pattern: "GET /api/v1/units/{code}/explanation", section: "ranking", life: untilNextRun, action: access.Read, about: c.unitObject, serve: c.explanationAnswer},
		{pattern: "GET /api/v1/editions", section: "editions", life: untilNextRun, action: access.Read, serve: c.editionsAnswer},
		{pattern: "GET /api/v1/editions/{number}", section: "editions", life: untilNextRun, action: access.Read, serve: c.editionAnswer},
		{pattern: "GET /api/v1/editions/{number}/diff", section: "editions", life: untilNextRun, action: access.Read, serve: c.diffAnswer},
		{pattern: "GET /api/v1/talks", section: "editions", life: untilNextRun, action: access.Read, serve: c.talksAnswer},
		{pattern: "GET /api/v1/plan", section: "editions", life: untilNextRun, action: access.Read, serve: c.planAnswer},
		{pattern: "GET /api/v1/rates", section: "editions", life: untilNextRun, action: access.Read, serve: c.ratesAnswer},
		{pattern: "GET /api/v1/warnings", section: "warnings", life: untilNextRun, action: access.Read, serve: c.warningsAnswer},
		{pattern: "GET /api/v1/detectors", section: "warnings", life: untilNextRun, action: access.Read, serve: c.detectorsAnswer},
		{pattern: "GET /api/v1/detectors/{id}", section: "warnings", life: untilNextRun, action: access.Read, serve: c.detectorAnswer},
		{pattern: "GET /api/v1/subjects/{scope}/{id}", section: "warnings", life: briefly, action: access.Read, about: c.subjectObject, serve: c.subjectAnswer},
		{pattern: "GET /api/v1/subjects/{scope}/{id}/workers", section: "warnings", life: never, action: access.Reveal, about: c.subjectObject, serve: c.workersAnswer},
		{pattern: "POST /api/v1/subjects/{scope}/{id}/workers", section: "warnings", life: never, action: access.Reveal, about: c.subjectObject, audited: "reveal", serve: c.revealAnswer},
		{pattern: "GET /api/v1/work", section: "work", life: never, action: access.Work, serve: c.workAnswer(c.work)},
		{pattern: "GET /api/v1/approvals", section: "approvals", life: never, action: access.Decide, serve: c.workAnswer(c.approvals)},
		{pattern: "GET /api/v1/blacklist/candidates", section: "entries", life: never, action: access.Discipline, serve: c.candidatesAnswer},
		{pattern: "GET /api/v1/blacklist/candidates/{employer}", section: "entries", life: never, action: access.Discipline, about: c.oneCandidate, serve: c.candidateAnswer},
		{pattern: "GET /api/v1/search", section: "search", life: untilNextRun, action: access.Read, serve: c.searchAnswer},
		{pattern: "GET /api/v1/quality", section: "quality", life: aWhile, action: access.ReadSystem, serve: c.qualityAnswer},
		{pattern: "GET /api/v1/runs", section: "runs", life: briefly, action: access.ReadSystem, serve: c.runsAnswer},
		{pattern: "GET /api/v1/audit", section: "audit", life: never, action: access.ReadAudit, serve: c.auditAnswer},
		{pattern: "GET /api/v1/codes", section: "about", life: untilNextRun, action: access.OwnAccount, serve: c.codesAnswer},
		{pattern: "GET /api/v1/me", section: "account", life: never, action: access.OwnAccount, serve: c.meAnswer},
		{pattern: "GET /api/v1/people", section: "people", life: never, action: access.ManagePeople, serve: c.peopleAnswer},
		{pattern: "POST /api/v1/people", section: "people", life: never, action: access.ManagePeople, audited: "person_added", serve: c.addAnswer},
		{pattern: "GET /api/v1/people/{person}", section: "people", life: never, action: access.ManagePeople, serve: c.personAnswer},
		{pattern: "POST /api/v1/people/{person}", section: "people", life: never, action: access.ManagePeople, audited: "person_changed", serve: c.changeAnswer(changeRights)},
		{pattern: "POST /api/v1/people/{person}/password", section: "people", life: never, action: access.ManagePeople, audited: "password_given", serve: c.givePasswordAnswer},
		{pattern: "POST /api/v1/people/{person}/disable", section: "people", life: never, action: access.ManagePeople, audited: "person_disabled", serve: c.changeAnswer(disable)},
		{pattern: "POST /api/v1/people/{person}/enable", section: "people", life: never, action: access.ManagePeople, audited: "person_enabled", serve: c.changeAnswer(enable)},
		{pattern: "POST /api/v1/people/{person}/link", section: "people", life: never, action: access.ManagePeople, audited: "person_linked", serve: c.changeAnswer(c.link)},
		// Where this process serves the console alone; beside alerts these two are theirs.
		{pattern: "GET /api/openapi.yaml", life: never, action: access.Public, serve: c.describeAPI},
		{pattern: "/api/", life: never, action: access.Public, serve: c.noSuchPath},

		{pattern: "/", life: never, action: access.OwnAccount, serve: func(*request) (answer, error) { return answer{}, errNotFound }},
	}
}

// home is where somebody begins: the first page that their role is about.
func home(p *access.Person) string {
	for _, page := range []struct {
		action access.Action
		path   string
	}{{access.Read, "/"}, {access.ManagePeople, "/people"}, {access.ReadAudit, "/audit"}, {access.ReadSystem, "/quality"}} {
		if access.Allow(p, page.action, access.Object{}) {
			return page.path
		}
	}
	return "/about"
}
