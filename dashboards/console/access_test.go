package console

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/people"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/region"
)

// What each route is for, written down apart from the table of routes: a route that is missing here fails the test.
// "about" routes touch the project projectID (in 331024001, housing), "place" routes its township.
var routeRules = map[string]struct {
	path string     // a request for it
	who  string     // public, anyone, read, work, decide, discipline, reveal, people, audit or system
	form url.Values // or jsonBody
}{
	"GET /{$}":                                           {"/", "anyone", nil},
	"GET /overview":                                      {"/overview?place=331024", "read county", nil},
	"GET /overview.csv":                                  {"/overview.csv", "read", nil},
	"GET /overview.xlsx":                                 {"/overview.xlsx", "read", nil},
	"GET /overview/wall":                                 {"/overview/wall?place=331024", "read county", nil},
	"GET /overview/owed":                                 {"/overview/owed?place=331024", "read county", nil},
	"GET /overview/owed.csv":                             {"/overview/owed.csv", "read", nil},
	"GET /overview/owed.xlsx":                            {"/overview/owed.xlsx", "read", nil},
	"GET /overview/leads":                                {"/overview/leads?place=331024", "read county", nil},
	"GET /overview/leads.csv":                            {"/overview/leads.csv", "read", nil},
	"GET /overview/leads.xlsx":                           {"/overview/leads.xlsx", "read", nil},
	"GET /overview/missing":                              {"/overview/missing?place=331024", "read county", nil},
	"GET /overview/missing.csv":                          {"/overview/missing.csv", "read", nil},
	"GET /overview/missing.xlsx":                         {"/overview/missing.xlsx", "read", nil},
	"GET /overview/silent":                               {"/overview/silent?place=331024", "read county", nil},
	"GET /overview/silent.csv":                           {"/overview/silent.csv", "read", nil},
	"GET /overview/silent.xlsx":                          {"/overview/silent.xlsx", "read", nil},
	"GET /overview/due":                                  {"/overview/due?place=331024", "read county", nil},
	"GET /overview/due.csv":                              {"/overview/due.csv", "read", nil},
	"GET /overview/due.xlsx":                             {"/overview/due.xlsx", "read", nil},
	"GET /overview/changes":                              {"/overview/changes?place=331024", "read county", nil},
	"GET /overview/changes.csv":                          {"/overview/changes.csv", "read", nil},
	"GET /overview/changes.xlsx":                         {"/overview/changes.xlsx", "read", nil},
	"GET /ranking":                                       {"/ranking", "read", nil},
	"GET /ranking.csv":                                   {"/ranking.csv", "read", nil},
	"GET /ranking.xlsx":                                  {"/ranking.xlsx", "read", nil},
	"GET /townships/{code}":                              {"/townships/331024001", "read place", nil},
	"GET /units/{code}":                                  {"/units/331024001", "read place", nil},
	"GET /explain/{code}":                                {"/explain/331024001", "read place", nil},
	"GET /editions":                                      {"/editions", "read", nil},
	"GET /editions/{number}":                             {"/editions/6", "read", nil},
	"GET /editions/{number}/ranking.csv":                 {"/editions/6/ranking.csv", "read", nil},
	"GET /editions/{number}/ranking.xlsx":                {"/editions/6/ranking.xlsx", "read", nil},
	"GET /editions/{number}/diff":                        {"/editions/6/diff?with=3", "read", nil},
	"GET /editions/{number}/diff.csv":                    {"/editions/6/diff.csv", "read", nil},
	"GET /editions/{number}/diff.xlsx":                   {"/editions/6/diff.xlsx", "read", nil},
	"GET /bulletins":                                     {"/bulletins", "read", nil},
	"GET /bulletins.csv":                                 {"/bulletins.csv", "read", nil},
	"GET /bulletins.xlsx":                                {"/bulletins.xlsx", "read", nil},
	"GET /bulletins/{place}/{period}":                    {"/bulletins/331024/2026-09", "read county", nil},
	"GET /bulletins/{place}/{period}/ranking.csv":        {"/bulletins/331024/2026-09/ranking.csv", "read county", nil},
	"GET /bulletins/{place}/{period}/ranking.xlsx":       {"/bulletins/331024/2026-09/ranking.xlsx", "read county", nil},
	"POST /bulletins/{place}/{period}":                   {"/bulletins/331024/2026-09", "decide county", url.Values{"action": {"publish"}, "digest": {"none"}}},
	"GET /plan":                                          {"/plan", "read", nil},
	"GET /plan.csv":                                      {"/plan.csv", "read", nil},
	"GET /plan.xlsx":                                     {"/plan.xlsx", "read", nil},
	"GET /rates":                                         {"/rates", "read", nil},
	"GET /rates.csv":                                     {"/rates.csv", "read", nil},
	"GET /rates.xlsx":                                    {"/rates.xlsx", "read", nil},
	"GET /warnings":                                      {"/warnings", "read", nil},
	"GET /warnings.csv":                                  {"/warnings.csv", "read", nil},
	"GET /warnings.xlsx":                                 {"/warnings.xlsx", "read", nil},
	"GET /closures":                                      {"/closures", "read", nil},
	"GET /closures.csv":                                  {"/closures.csv", "read", nil},
	"GET /closures.xlsx":                                 {"/closures.xlsx", "read", nil},
	"GET /closures/propose/{scope}/{id}":                 {"/closures/propose/project/" + projectID, "reveal about", nil},
	"POST /closures/propose/{scope}/{id}":                {"/closures/propose/project/" + projectID, "reveal about", url.Values{"wage_month": {"2026-09"}, "closure_reason": {"other"}, "note": {"x"}}},
	"GET /closures/{closure}":                            {"/closures/" + waitingClosure, "read about", nil},
	"POST /closures/{closure}":                           {"/closures/" + waitingClosure, "read about", url.Values{"action": {"decline"}, "seq": {"1"}}},
	"GET /verdicts":                                      {"/verdicts", "read", nil},
	"GET /verdicts.csv":                                  {"/verdicts.csv", "read", nil},
	"GET /verdicts.xlsx":                                 {"/verdicts.xlsx", "read", nil},
	"POST /verdicts":                                     {"/verdicts", "work", url.Values{"warning": {"wages-overdue project " + projectID + " nothing 0"}, "verdict": {"true arrears"}, "reason": {"已到现场核实"}}},
	"GET /detectors":                                     {"/detectors", "read", nil},
	"GET /detectors/{id}":                                {"/detectors/wages-overdue", "read", nil},
	"GET /subjects/{scope}/{id}":                         {"/subjects/project/" + projectID, "read about", nil},
	"GET /subjects/{scope}/{id}/owed.csv":                {"/subjects/project/" + projectID + "/owed.csv", "read about", nil},
	"GET /subjects/{scope}/{id}/owed.xlsx":               {"/subjects/project/" + projectID + "/owed.xlsx", "read about", nil},
	"GET /subjects/{scope}/{id}/records/{record}":        {"/subjects/project/" + projectID + "/records/SLIP-1", "read about", nil},
	"GET /subjects/{scope}/{id}/evidence":                {"/subjects/project/" + projectID + "/evidence?detector=wages-overdue", "read about", nil},
	"GET /subjects/{scope}/{id}/evidence.csv":            {"/subjects/project/" + projectID + "/evidence.csv?detector=wages-overdue", "read about", nil},
	"GET /subjects/{scope}/{id}/evidence.xlsx":           {"/subjects/project/" + projectID + "/evidence.xlsx?detector=wages-overdue", "read about", nil},
	"GET /api/v1/subjects/{scope}/{id}/records/{record}": {"/api/v1/subjects/project/" + projectID + "/records/SLIP-1", "read about", nil},
	"GET /subjects/{scope}/{id}/workers":                 {"/subjects/project/" + projectID + "/workers", "reveal about", nil},
	"POST /subjects/{scope}/{id}/workers":                {"/subjects/project/" + projectID + "/workers", "reveal about", url.Values{"worker": {workerOne}, "purpose": {"核实十月工资"}}},
	"GET /tasks":                                         {"/tasks", "read", nil},
	"GET /tasks.csv":                                     {"/tasks.csv", "read", nil},
	"GET /tasks.xlsx":                                    {"/tasks.xlsx", "read", nil},
	"GET /zero":                                          {"/zero", "read", nil},
	"GET /zero.csv":                                      {"/zero.csv", "read", nil},
	"GET /zero.xlsx":                                     {"/zero.xlsx", "read", nil},
	"GET /remedies":                                      {"/remedies", "read", nil},
	"GET /remedies.csv":                                  {"/remedies.csv", "read", nil},
	"GET /remedies.xlsx":                                 {"/remedies.xlsx", "read", nil},
	"GET /instruments":                                   {"/instruments", "read", nil},
	"GET /instruments.csv":                               {"/instruments.csv", "read", nil},
	"GET /instruments.xlsx":                              {"/instruments.xlsx", "read", nil},
	"GET /board":                                         {"/board?by=county&figure=in_hand", "decide", nil},
	"GET /board.csv":                                     {"/board.csv", "decide", nil},
	"GET /board.xlsx":                                    {"/board.xlsx", "decide", nil},
	"GET /cases":                                         {"/cases", "read", nil},
	"GET /cases/{id}":                                    {"/cases/project:" + projectID, "read about", nil},
	"POST /cases/{id}":                                   {"/cases/project:" + projectID, "read about", url.Values{"action": {"accept"}, "seq": {"1"}}},
	"GET /cases/{id}/print":                              {"/cases/project:" + projectID + "/print", "read about", nil},
	"POST /cases/accept":                                 {"/cases/accept", "work", url.Values{"case": {"project:" + projectID + " 1"}}},
	"GET /work":                                          {"/work", "work", nil},
	"GET /approvals":                                     {"/approvals", "decide", nil},
	"GET /blacklist":                                     {"/blacklist", "public", nil},
	"GET /blacklist/entries":                             {"/blacklist/entries", "discipline", nil},
	"GET /blacklist/entries/{entry}":                     {"/blacklist/entries/" + entryID, "discipline about", nil},
	"POST /blacklist/entries/{entry}":                    {"/blacklist/entries/" + entryID, "discipline about", url.Values{"action": {"notify"}, "seq": {"4"}}},
	"GET /blacklist/propose/{employer}":                  {"/blacklist/propose/" + employerID, "discipline about", nil},
	"POST /blacklist/propose/{employer}":                 {"/blacklist/propose/" + employerID, "discipline about", url.Values{"order_no": {"9"}}},
	"GET /quality":                                       {"/quality", "system", nil},
	"GET /quality.csv":                                   {"/quality.csv", "system", nil},
	"GET /quality.xlsx":                                  {"/quality.xlsx", "system", nil},
	"GET /runs":                                          {"/runs", "system", nil},
	"GET /runs.csv":                                      {"/runs.csv", "system", nil},
	"GET /runs.xlsx":                                     {"/runs.xlsx", "system", nil},
	"GET /search":                                        {"/search?q=工程", "read", nil},
	"GET /about":                                         {"/about", "anyone", nil},
	"GET /sign-in":                                       {"/sign-in", "public", nil},
	"POST /sign-in":                                      {"/sign-in", "public", url.Values{"name": {"nobody"}, "password": {"x"}}},
	"GET /sign-in/openid":                                {"/sign-in/openid", "public", nil},
	"GET /sign-in/openid/return":                         {"/sign-in/openid/return", "public", nil},
	"POST /sign-out":                                     {"/sign-out", "anyone", url.Values{}},
	"GET /account":                                       {"/account", "anyone", nil},
	"POST /account":                                      {"/account", "anyone", url.Values{"new": {"x"}, "again": {"y"}}},
	"GET /people":                                        {"/people", "people", nil},
	"POST /people":                                       {"/people", "people", url.Values{"id": {"X"}}},
	"GET /people/{person}":                               {"/people/victim", "people", nil},
	"POST /people/{person}":                              {"/people/victim", "people", url.Values{"name": {"无名"}, "role": {"operator"}}},
	"POST /people/{person}/password":                     {"/people/victim/password", "people", url.Values{}},
	"POST /people/{person}/disable":                      {"/people/victim/disable", "people", url.Values{}},
	"POST /people/{person}/enable":                       {"/people/victim/enable", "people", url.Values{}},
	"POST /people/{person}/link":                         {"/people/victim/link", "people", url.Values{"subject": {"0042"}}},
	"GET /audit":                                         {"/audit", "audit", nil},
	"GET /s/{code}":                                      {"/s/SITECODE", "public", nil},
	"GET /s/{code}/board":                                {"/s/SITECODE/board", "public", nil},
	"GET /s/{code}/report":                               {"/s/SITECODE/report", "public", nil},
	"POST /s/{code}/report":                              {"/s/SITECODE/report", "public", url.Values{"text": {"没发"}}},
	"GET /s/{code}/paid":                                 {"/s/SITECODE/paid", "public", nil},
	"POST /s/{code}/paid":                                {"/s/SITECODE/paid", "public", url.Values{"answer": {"paid"}}},
	"GET /report":                                        {"/report", "public", nil},
	"GET /report/{county}":                               {"/report/331024", "public", nil},
	"POST /report/{county}":                              {"/report/331024", "public", url.Values{"text": {"没发"}}},
	"GET /receipt":                                       {"/receipt", "public", nil},
	"POST /receipt":                                      {"/receipt", "public", url.Values{"code": {"x"}}},

	"GET /api/v1/overview":                        {"/api/v1/overview?place=331024", "read county", nil},
	"GET /api/v1/overview/owed":                   {"/api/v1/overview/owed?place=331024", "read county", nil},
	"GET /api/v1/overview/leads":                  {"/api/v1/overview/leads?place=331024", "read county", nil},
	"GET /api/v1/overview/missing":                {"/api/v1/overview/missing?place=331024", "read county", nil},
	"GET /api/v1/overview/silent":                 {"/api/v1/overview/silent?place=331024", "read county", nil},
	"GET /api/v1/overview/due":                    {"/api/v1/overview/due?place=331024", "read county", nil},
	"GET /api/v1/overview/changes":                {"/api/v1/overview/changes?place=331024", "read county", nil},
	"GET /api/v1/units":                           {"/api/v1/units", "read", nil},
	"GET /api/v1/units/{code}":                    {"/api/v1/units/331024001", "read place", nil},
	"GET /api/v1/units/{code}/explanation":        {"/api/v1/units/331024001/explanation", "read place", nil},
	"GET /api/v1/editions":                        {"/api/v1/editions", "read", nil},
	"GET /api/v1/editions/{number}":               {"/api/v1/editions/6", "read", nil},
	"GET /api/v1/editions/{number}/diff":          {"/api/v1/editions/6/diff?with=3", "read", nil},
	"GET /api/v1/bulletins":                       {"/api/v1/bulletins", "read", nil},
	"GET /api/v1/bulletins/{place}/{period}":      {"/api/v1/bulletins/331024/2026-09", "read county", nil},
	"POST /api/v1/bulletins/{place}/{period}":     {"/api/v1/bulletins/331024/2026-09", "decide county", jsonBody(`{"action":"publish","digest":"none"}`)},
	"GET /api/v1/talks":                           {"/api/v1/talks", "read", nil},
	"GET /api/v1/plan":                            {"/api/v1/plan", "read", nil},
	"GET /api/v1/rates":                           {"/api/v1/rates", "read", nil},
	"GET /api/v1/warnings":                        {"/api/v1/warnings", "read", nil},
	"GET /api/v1/detectors":                       {"/api/v1/detectors", "read", nil},
	"GET /api/v1/detectors/{id}":                  {"/api/v1/detectors/wages-overdue", "read", nil},
	"GET /api/v1/subjects/{scope}/{id}":           {"/api/v1/subjects/project/" + projectID, "read about", nil},
	"GET /api/v1/subjects/{scope}/{id}/workers":   {"/api/v1/subjects/project/" + projectID + "/workers", "reveal about", nil},
	"POST /api/v1/subjects/{scope}/{id}/workers":  {"/api/v1/subjects/project/" + projectID + "/workers", "reveal about", jsonBody(`{"worker":"` + workerOne + `","purpose":"核实十月工资"}`)},
	"GET /api/v1/work":                            {"/api/v1/work", "work", nil},
	"GET /api/v1/approvals":                       {"/api/v1/approvals", "decide", nil},
	"GET /api/v1/tasks":                           {"/api/v1/tasks", "read", nil},
	"GET /api/v1/zero":                            {"/api/v1/zero", "read", nil},
	"GET /api/v1/remedies":                        {"/api/v1/remedies", "read", nil},
	"GET /api/v1/instruments":                     {"/api/v1/instruments", "read", nil},
	"GET /api/v1/board":                           {"/api/v1/board", "decide", nil},
	"GET /api/v1/blacklist/candidates":            {"/api/v1/blacklist/candidates", "discipline", nil},
	"GET /api/v1/blacklist/candidates/{employer}": {"/api/v1/blacklist/candidates/" + employerID, "discipline about", nil},
	"GET /api/v1/search":                          {"/api/v1/search?search=工程", "read", nil},
	"GET /api/v1/quality":                         {"/api/v1/quality", "system", nil},
	"GET /api/v1/runs":                            {"/api/v1/runs", "system", nil},
	"GET /api/v1/codes":                           {"/api/v1/codes", "anyone", nil},
	"GET /api/v1/audit":                           {"/api/v1/audit", "audit", nil},
	"GET /api/v1/me":                              {"/api/v1/me", "anyone", nil},
	"GET /api/v1/people":                          {"/api/v1/people", "people", nil},
	"POST /api/v1/people":                         {"/api/v1/people", "people", jsonBody(`{"id":"X"}`)},
	"GET /api/v1/people/{person}":                 {"/api/v1/people/victim", "people", nil},
	"POST /api/v1/people/{person}":                {"/api/v1/people/victim", "people", jsonBody(`{"name":"无名","roles":["operator"]}`)},
	"POST /api/v1/people/{person}/password":       {"/api/v1/people/victim/password", "people", nil},
	"POST /api/v1/people/{person}/disable":        {"/api/v1/people/victim/disable", "people", nil},
	"POST /api/v1/people/{person}/enable":         {"/api/v1/people/victim/enable", "people", nil},
	"POST /api/v1/people/{person}/link":           {"/api/v1/people/victim/link", "people", jsonBody(`{"subject":"0042"}`)},
	"GET /api/openapi.yaml":                       {"/api/openapi.yaml", "public", nil},
	"/api/":                                       {"/api/v1/nothing", "public", nil},

	"GET /leads":               {"/leads", "leads", nil},
	"GET /leads.csv":           {"/leads.csv", "leads", nil},
	"GET /leads.xlsx":          {"/leads.xlsx", "leads", nil},
	"GET /leads/new":           {"/leads/new", "leads", nil},
	"POST /leads/new":          {"/leads/new", "leads", url.Values{"find": {"滨河"}}},
	"GET /leads/{lead}":        {"/leads/LEADID", "leads about", nil},
	"POST /leads/{lead}":       {"/leads/LEADID", "leads about", url.Values{"action": {"comment"}, "seq": {"1"}}},
	"POST /leads/{lead}/words": {"/leads/LEADID/words", "leads about", url.Values{"purpose": {"电话回访"}}},
	"GET /leads/{lead}/answer": {"/leads/LEADID/answer", "leads about", nil},

	"/": {"/nothing", "anyone", nil},
}

// jsonBody is what an action of the API sends.
func jsonBody(json string) url.Values { return url.Values{"json": {json}} }

const workerOne = "00112233445566778899aabbccddeeff"

// fillWorkers registers two workers on the project of the fixture.
func (s *server) fillWorkers(t testing.TB) {
	t.Helper()
	must(t, s.conn.Exec(t.Context(), `INSERT INTO workers (source, id, version, recorded_at, worker_key, name_masked, name_sealed, phone_last4, phone_sealed, project_id, employer_uscc, team, job, entered_on, left_on) VALUES
		('realname', 'R-1', 1, '2026-09-01 08:00:00', unhex('`+workerOne+`'), '李*', 'sealed:李四', '0000', 'sealed:13800000000', '`+projectID+`', '`+employerID+`', '钢筋一班', '钢筋工', '2026-09-01', NULL),
		('realname', 'R-2', 1, '2026-09-02 08:00:00', unhex('ffeeddccbbaa99887766554433221100'), '赵*', 'sealed:赵五', '', '', '`+projectID+`', '`+employerID+`', '', '', '2026-09-02', '2026-10-01')`))
}

// fillRecords stores a pay slip in two versions, an entry of the ledger and a day of attendance of the project, and a slip of the same
// employer on a project in another county.
func (s *server) fillRecords(t testing.TB) {
	t.Helper()
	for _, q := range []string{
		`INSERT INTO payroll (source, id, version, recorded_at, worker_key, project_id, employer_uscc, wage_month, due_on, gross_fen, payable_fen, paid_fen, channel, signed) VALUES
			('rural-bank', 'SLIP-1', 1, '2026-10-16 08:00:00', unhex('` + workerOne + `'), '` + projectID + `', '` + employerID + `', '2026-09-01', '2026-10-15', 500000, 500000, 0, 'special_account', false),
			('rural-bank', 'SLIP-1', 2, '2026-11-02 08:00:00', unhex('` + workerOne + `'), '` + projectID + `', '` + employerID + `', '2026-09-01', '2026-10-15', 500000, 500000, 200000, 'special_account', true),
			('rural-bank', 'SLIP-1', 3, '2026-12-02 08:00:00', unhex('` + workerOne + `'), '` + projectID + `', '` + employerID + `', '2026-09-01', '2026-10-15', 500000, 500000, 500000, 'special_account', true),
			('rural-bank', 'SLIP-FAR', 1, '2026-10-16 08:00:00', unhex('` + workerOne + `'), 'FAR-1', '` + employerID + `', '2026-09-01', '2026-10-15', 500000, 500000, 0, 'cash', false)`,
		`INSERT INTO account_entries (source, id, version, recorded_at, project_id, booked_at, kind, amount_fen, balance_fen, counterparty_masked) VALUES ('rural-bank', 'E-1', 1, '2026-10-16 08:00:00', '` + projectID + `', '2026-10-15 16:30:00', 'wage_out', 700000, 100, '仙居***公司')`,
		`INSERT INTO attendance (source, id, version, recorded_at, worker_key, project_id, employer_uscc, work_date, centihours) VALUES ('site-gate', 'A-1', 1, '2026-10-16 08:00:00', unhex('` + workerOne + `'), '` + projectID + `', '` + employerID + `', '2026-10-15', 65535)`,
		`INSERT INTO projects (id, version, recorded_at, source, name, township) VALUES ('FAR-1', 1, '2026-01-01 00:00:00', 'platform', '外县工程', '331002001')`,
	} {
		must(t, s.conn.Exec(t.Context(), q))
	}
}

// variants of people: each role in and out of the territory, and an officer of another department.
func variants() []access.Person {
	var all []access.Person
	for _, role := range access.Roles {
		for _, place := range []string{"in", "out"} {
			p := access.Person{ID: strings.ReplaceAll(string(role), "_", "-") + "-" + place, Name: "某人", Roles: []access.Role{role}}
			if role.HasTerritory() {
				p.Territory = map[string]string{"in": "331024", "out": "331002"}[place]
			} else if place == "out" {
				continue
			}
			if role == access.TownshipHead {
				p.Territory += "001"
			}
			if role == access.DepartmentOfficer {
				p.Department = "housing"
				other := p
				other.ID, other.Department = p.ID+"-transport", "transport"
				all = append(all, other)
			}
			all = append(all, p)
		}
	}
	return all
}

// expects says whether a person may use a route, from the rule and the roles' meaning in casework.md.
func expects(rule string, p access.Person) bool {
	rule, about, _ := strings.Cut(rule, " ")
	role := p.Roles[0]
	here := strings.HasPrefix("331024001", p.Territory) && (about != "county" || len(p.Territory) <= 6) && (about == "place" || about == "county" || p.Department != "transport")
	switch rule {
	case "public", "anyone":
		return true
	case "read":
		return role.HasTerritory() && role != access.Clerk && (here || about == "")
	case "leads":
		return role.HasTerritory() && role != access.TownshipHead && (here || about == "")
	case "work":
		return role.HasTerritory() && role != access.TownshipHead && role != access.Clerk
	case "decide":
		return role == access.Supervisor && (here || about == "")
	case "discipline":
		return (role == access.Inspector || role == access.Supervisor) && (here || about == "")
	case "reveal":
		return (role == access.Inspector || role == access.Supervisor) && here
	case "people":
		return role == access.Administrator
	case "audit":
		return role == access.Auditor
	case "system":
		return role == access.Operator
	}
	return false
}

// refusal reports whether an answer is a refusal: the page or the problem that says so, or the way to the sign-in page.
func refusal(status int, header http.Header, body string) bool {
	return strings.Contains(body, "没有权限") || status == http.StatusUnauthorized || status >= 300 && status < 400 && strings.HasPrefix(header.Get("Location"), "/sign-in") && !strings.Contains(header.Get("Set-Cookie"), "Max-Age=0")
}

// neighbour tells whether a path is about a place that a person knows the rank of.
func neighbour(p access.Person, path string) bool {
	for _, about := range []string{"/townships/", "/units/", "/explain/", "?place=", "/bulletins/"} {
		if _, code, found := strings.Cut(path, about); found {
			code, _, _ = strings.Cut(code, "/")
			return access.RankOnly(&p, code)
		}
	}
	return false
}

func TestEveryRouteForEveryRoleAndTerritory(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	s.fillRecords(t)
	s.add(t, access.Person{ID: "victim", Name: "无名", Roles: []access.Role{access.Operator}})
	for pattern := range routeRules {
		if !slices.ContainsFunc(s.table(), func(r web.Route) bool { return r.Pattern == pattern }) {
			t.Errorf("%s is no route", pattern)
		}
	}
	lead := s.concludedLead(t)
	people := variants()
	for _, p := range people {
		s.add(t, p)
	}
	for _, p := range append(people, access.Person{}) { // the last is nobody
		s.enter(t, p.ID)
		entries := s.auditEntries(t)
		for _, route := range s.table() {
			rule, ok := routeRules[route.Pattern]
			if !ok {
				t.Fatalf("%s has no rule in this test", route.Pattern)
			}
			rule.path = strings.ReplaceAll(strings.ReplaceAll(rule.path, "SITECODE", s.desk.SiteCode("project", projectID)), "LEADID", lead)
			var status int
			var header http.Header
			var body string
			switch {
			case route.Writes() && strings.HasPrefix(rule.path, "/api/"):
				status, header, body = s.send(t, rule.path, rule.form.Get("json"))
			case route.Writes():
				form := url.Values{}
				for name, v := range rule.form {
					form[name] = v
				}
				status, header, body = s.post(t, rule.path, form)
			default:
				status, header, body = s.get(t, rule.path)
			}
			want := rule.who == "public"
			if p.ID != "" {
				want = expects(rule.who, p)
			}
			// what is there, but elsewhere, is answered as if there were none: never "forbidden", which would tell that there is
			if outside := p.ID != "" && !want && route.About != nil && access.Allow(&p, route.Action, access.Object{}) && !neighbour(p, rule.path); outside {
				if status != http.StatusNotFound {
					t.Errorf("%s by %q, who may not know of it: %d, want 404", route.Pattern, p.ID, status)
				}
			} else if got := !refusal(status, header, body); got != want || status >= 500 {
				t.Errorf("%s by %q: %d, allowed %v, want %v", route.Pattern, p.ID, status, got, want)
			}
			// Who is not in is written down by the gate, and tested there. What reads without being written down is not counted
			// by itself: an entry too many shows at the next route that is.
			if p.ID != "" && route.Action != access.Public && (route.Audited != "" || route.Writes()) {
				before := entries
				if entries = s.auditEntries(t); entries-before != 1 {
					t.Errorf("%s by %q leaves %d entries in the audit log", route.Pattern, p.ID, entries-before)
				}
			} else if route.Writes() || route.Audited != "" {
				entries = s.auditEntries(t)
			}
			if route.Pattern == "POST /sign-out" && p.ID != "" {
				s.enter(t, p.ID)
				entries = s.auditEntries(t)
			}
		}
	}
}

var divisionCodes = regexp.MustCompile(`\b33\d{4}(?:\d{3})?\b`)

// Whoever asks first, each gets his own: pages are remembered, and must never be shown to others.
func TestNoPageShowsWhatLiesOutsideTheTerritory(t *testing.T) {
	s := serve(t, small)
	for _, p := range variants() {
		s.add(t, p)
	}
	pages := []string{"/ranking", "/ranking?unit=county", "/ranking?sort=fen", "/ranking.csv", "/warnings", "/warnings?page=2", "/warnings.csv", "/verdicts", "/verdicts.csv", "/cases", "/work", "/approvals", "/board", "/board?by=county&figure=received", "/board.csv", "/zero", "/zero.csv", "/tasks", "/tasks.csv", "/remedies", "/remedies.csv", "/instruments", "/instruments.csv", "/blacklist/entries", "/search?q=工程", "/search?q=331", "/search?q=" + employerID[:6],
		"/editions", "/editions/6", "/editions/6?unit=county", "/editions/6/ranking.csv", "/editions/6/diff?with=3", "/editions/6/diff.csv?with=3", "/detectors", "/detectors/wages-overdue", "/plan?due=all", "/plan.csv?due=all", "/rates", "/rates.csv",
		"/api/v1/units?limit=1000", "/api/v1/units?unit=county", "/api/v1/warnings?limit=1000", "/api/v1/editions/6", "/api/v1/editions/6/diff?with=3", "/api/v1/talks", "/api/v1/plan?due=all", "/api/v1/rates", "/api/v1/blacklist/candidates", "/api/v1/search?search=工程", "/api/v1/detectors", "/api/v1/detectors/wages-overdue"}
	for round := range 2 { // the second time from memory
		for _, p := range variants() {
			if !p.Roles[0].HasTerritory() || !access.Allow(&p, access.Read, access.Object{}) {
				continue
			}
			s.enter(t, p.ID)
			for _, path := range pages {
				status, _, body := s.get(t, path)
				if status == 403 && slices.Contains([]string{"/work", "/approvals", "/board", "/board?by=county&figure=received", "/board.csv", "/blacklist/entries", "/api/v1/blacklist/candidates"}, path) {
					continue // not everybody's business; the matrix of routes says whose
				}
				if status != 200 {
					t.Fatalf("%s by %s: %d", path, p.ID, status)
				}
				shown := 0
				for _, line := range strings.Split(body, "\n") {
					if strings.Contains(line, "placeholder=") {
						continue // an example
					}
					for _, code := range divisionCodes.FindAllString(line, -1) {
						if strings.HasPrefix(code, p.Territory) {
							shown++
						} else if region.Known(code) && !access.RankOnly(&p, code) && !strings.HasPrefix(p.Territory, code) || strings.Contains(line, "href") {
							t.Fatalf("round %d: %s by %s (%s) shows %s: %s", round, path, p.ID, p.Territory, code, line)
						}
					}
				}
				if shown == 0 && path == "/" {
					t.Errorf("%s by %s shows nothing of their own", path, p.ID)
				}
			}
		}
	}
}

func TestADepartmentSeesItsOwnBusiness(t *testing.T) {
	s := serve(t, small)
	for _, p := range variants() {
		s.add(t, p)
	}
	s.enter(t, "department-officer-in")
	_, _, body := s.get(t, "/warnings.csv?lang=zh")
	rows := strings.Split(strings.TrimSpace(body), "\r\n")[1:]
	if len(rows) == 0 {
		t.Fatal("no warnings of the department")
	}
	for _, row := range rows {
		if !strings.Contains(row, "住房和城乡建设") && !strings.Contains(row, ",住建") {
			t.Errorf("another department's warning: %s", row)
		}
	}
	_, _, mine := s.get(t, "/cases")
	if !strings.Contains(mine, "滨河安置房二期工程") {
		t.Error("the department's own case is missing")
	}
	s.enter(t, "department-officer-in-transport")
	if _, _, others := s.get(t, "/cases"); strings.Contains(others, "滨河安置房二期工程") {
		t.Error("another department's case is shown")
	}
}

func TestATownshipHeadSeesTheOwnTownshipInDetailAndTheOthersAsRanks(t *testing.T) {
	s := serve(t, small)
	for _, p := range variants() {
		s.add(t, p)
	}
	s.enter(t, "township-head-in")
	_, _, csv := s.get(t, "/ranking.csv")
	rows := strings.Split(strings.TrimSpace(csv), "\r\n")[1:]
	own, others := 0, 0
	for _, row := range rows {
		cells := strings.Split(row, ",")
		figures := strings.Join(cells[5:], "")
		switch {
		case cells[2] == "331024001":
			own++
			if figures == "" || cells[1] == "" {
				t.Errorf("the own township lacks its figures: %s", row)
			}
		case strings.HasPrefix(cells[2], "331024"):
			others++
			if figures != "" {
				t.Errorf("another township shows more than its rank: %s", row)
			}
		default:
			t.Errorf("another county: %s", row)
		}
	}
	if own != 1 || others != 19 {
		t.Errorf("%d own, %d others", own, others)
	}
	_, _, page := s.get(t, "/ranking")
	order := regexp.MustCompile(`data-v="(331024\d{3})"`)
	sorted := order.FindAllString(page, -1)
	for _, by := range []string{"fen", "index", "red"} { // sorting must not tell what the cells do not
		_, _, page := s.get(t, "/ranking?sort="+by)
		again := order.FindAllString(page, -1)
		without := func(list []string) []string {
			return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return strings.Contains(v, "331024001") })
		}
		if !slices.Equal(without(again), without(sorted)) {
			t.Errorf("sorted by %s the others come as %v, by rank as %v", by, again, sorted)
		}
	}
	if status, _, _ := s.get(t, "/townships/331024002"); status != 403 {
		t.Errorf("another township in detail: %d", status)
	}
}

func TestChangedRightsShowAtOnce(t *testing.T) {
	s := serve(t, small)
	inspector := variants()[0]
	s.add(t, inspector)
	s.enter(t, inspector.ID)
	_, header, before := s.get(t, "/ranking")
	inspector.Territory = "331002"
	must(t, s.gate.Register().Change(t.Context(), overseer.ID, inspector))
	status, _, after := s.get(t, "/ranking", "If-None-Match", header.Get("ETag"))
	if status != 200 || after == before || strings.Contains(after, `data-v="331024`) {
		t.Errorf("after moving to another county: %d", status)
	}
	must(t, s.gate.Register().Disable(t.Context(), overseer.ID, inspector.ID))
	if status, header, body := s.get(t, "/"); status != 302 || header.Get("Location") != "/sign-in" || strings.Contains(body, "33") {
		t.Errorf("after being disabled: %d %s", status, body)
	}
}

func TestAnOutsiderSeesNothing(t *testing.T) {
	s := serve(t, small)
	_, header, _ := s.get(t, "/warnings?level=red") // remembered for the overseer
	s.enter(t, "")
	for _, path := range append(slices.Clone(everyPage), "/warnings?level=red", "/ranking.csv", "/people", "/audit", "/nothing") {
		status, answer, body := s.get(t, path, "If-None-Match", header.Get("ETag"))
		if status != 302 || !strings.HasPrefix(answer.Get("Location"), "/sign-in") || answer.Get("Cache-Control") != "no-store" || len(body) > 200 {
			t.Errorf("%s answers %d to nobody: %s", path, status, body)
		}
	}
	for path, want := range map[string]string{"/sign-in": "登录", "/blacklist": "失信联合惩戒名单", "/healthz": `"as_of"`} {
		if status, _, body := s.get(t, path); status != 200 || !strings.Contains(body, want) || strings.Contains(body, "滨河") {
			t.Errorf("%s answers %d", path, status)
		}
	}
}

func TestSigningInGoesOnToThePageThatWasAskedFor(t *testing.T) {
	s := serve(t, small)
	s.enter(t, "")
	_, header, _ := s.get(t, "/warnings?level=red")
	next := header.Get("Location")
	if next != "/sign-in?next=%2Fwarnings%3Flevel%3Dred" {
		t.Fatalf("sent to %s", next)
	}
	if _, _, page := s.get(t, next); !strings.Contains(page, `name="next" value="/warnings?level=red"`) {
		t.Error("the form forgets where to go on to")
	}
	for given, want := range map[string]string{
		"/warnings?level=red": "/warnings?level=red", "": "/overview", "//evil.example": "/overview", "https://evil.example/": "/overview", `/\evil.example`: "/overview", "evil": "/overview", "/sign-in": "/overview", "/sign-out": "/overview",
	} {
		_, header, _ := s.post(t, "/sign-in", url.Values{"name": {overseer.ID}, "password": {password}, "next": {given}})
		if got := header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q", given, got)
		}
	}
}

func TestEverybodyBeginsWhereTheirWorkIs(t *testing.T) {
	s := serve(t, small)
	for _, p := range variants() {
		s.add(t, p)
		want := map[access.Role]string{access.Operator: "/quality", access.Auditor: "/audit", access.Administrator: "/people", access.Supervisor: "/overview",
			access.Inspector: "/work", access.Clerk: "/leads/new", access.DepartmentOfficer: "/work", access.TownshipHead: "/townships/" + p.Territory}[p.Roles[0]]
		s.enter(t, "")
		if _, header, _ := s.post(t, "/sign-in", url.Values{"name": {p.ID}, "password": {password}}); header.Get("Location") != want {
			t.Errorf("%s begins at %s, want %s", p.ID, header.Get("Location"), want)
		}
	}
}

func TestWrongPasswordsAreToldAndThenLockedOut(t *testing.T) {
	s := serve(t, small)
	s.enter(t, "")
	try := func() (int, string) {
		status, _, body := s.post(t, "/sign-in", url.Values{"name": {overseer.ID}, "password": {"wrong plain words"}})
		return status, body
	}
	if status, body := try(); status != 403 || !strings.Contains(body, "用户名或密码错误") || !strings.Contains(body, `value="overseer"`) || strings.Contains(body, "wrong plain") {
		t.Errorf("the first: %d", status)
	}
	var body string
	for range 4 {
		_, body = try()
	}
	if !strings.Contains(body, "请 30 秒后再试") {
		t.Errorf("the fifth says %s", body)
	}
}

func TestFormsOfOthersChangeNothing(t *testing.T) {
	s := serve(t, small)
	s.add(t, access.Person{ID: "victim", Name: "无名", Roles: []access.Role{access.Operator}})
	if status, _, body := s.post(t, "/people/victim/disable", url.Values{"form": {"made-up"}}); status != 403 || !strings.Contains(body, "表单已失效") {
		t.Errorf("a made-up token: %d", status)
	}
	r, _ := http.NewRequest(http.MethodPost, s.url+"/people/victim/disable", strings.NewReader(url.Values{"form": {s.formToken(t)}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, body := s.do(t, r); status != 403 || !strings.Contains(body, "表单已失效") {
		t.Errorf("from another site: %d", status)
	}
	if status, _, _ := s.post(t, "/account", url.Values{"new": {strings.Repeat("x", web.MaxForm)}}); status != 403 {
		t.Errorf("an endless form: %d", status)
	}
	if a, _ := s.gate.Register().Get("victim"); a.Disabled {
		t.Error("the form was taken")
	}
}

func TestAnAdministratorLetsSomebodyInAndShutsThemOut(t *testing.T) {
	s := serve(t, small)
	begun := len(s.audited(t, 0))
	if status, _, body := s.post(t, "/people", url.Values{"id": {"wang.li"}, "name": {"王莉"}, "role": {"inspector"}, "territory": {"999999"}}); status != 422 || !strings.Contains(body, "辖区") || !strings.Contains(body, `value="王莉"`) {
		t.Errorf("a territory nowhere: %d", status)
	}
	if status, header, _ := s.post(t, "/people", url.Values{"id": {"wang.li"}, "name": {"王莉"}, "role": {"inspector"}, "territory": {"331024"}}); status != 303 || header.Get("Location") != "/people/wang.li" {
		t.Fatalf("adding: %d", status)
	}
	_, header, body := s.post(t, "/people/wang.li/password", url.Values{})
	given := regexp.MustCompile(`class="secret">([a-z0-9]{16})<`).FindStringSubmatch(body)
	if given == nil || header.Get("Cache-Control") != "no-store" {
		t.Fatalf("no initial password: %s", body)
	}
	if _, _, page := s.get(t, "/people/wang.li"); strings.Contains(page, given[1]) {
		t.Error("the initial password is shown again")
	}
	admin := s.session
	s.session = nil
	status, header, _ := s.post(t, "/sign-in", url.Values{"name": {"wang.li"}, "password": {given[1]}})
	if status != 303 {
		t.Fatalf("signing in: %d", status)
	}
	s.session = (&http.Response{Header: header}).Cookies()[0]
	for _, path := range []string{"/ranking", "/warnings.csv", "/about", "/subjects/project/" + projectID} {
		if status, header, _ := s.get(t, path); status != 302 || header.Get("Location") != "/account" {
			t.Errorf("%s before the password is changed: %d", path, status)
		}
	}
	change := func(old, next, again string) (int, http.Header, string) {
		return s.post(t, "/account", url.Values{"old": {old}, "new": {next}, "again": {again}})
	}
	for problem, try := range map[string][3]string{
		"两次输入的新密码不同": {given[1], password, "x"}, "少于 12 个字符": {given[1], "short", "short"}, "不正确": {"wrong", password, password}, "与现在的密码相同": {given[1], given[1], given[1]},
	} {
		if status, _, body := change(try[0], try[1], try[2]); status != 422 || !strings.Contains(body, problem) {
			t.Errorf("%s: %d", problem, status)
		}
	}
	status, header, _ = change(given[1], password, password)
	if status != 303 || header.Get("Location") != "/work" {
		t.Fatalf("changing: %d", status)
	}
	s.session = (&http.Response{Header: header}).Cookies()[0]
	if status, _, _ := s.get(t, "/ranking"); status != 200 {
		t.Errorf("after the change: %d", status)
	}
	wang := s.session
	s.session = admin
	if status, _, _ := s.post(t, "/people/wang.li/disable", url.Values{}); status != 303 {
		t.Errorf("disabling: %d", status)
	}
	s.session = wang
	if status, _, _ := s.get(t, "/ranking"); status != 302 {
		t.Errorf("the disabled person goes on: %d", status)
	}
	want := []string{
		"overseer person_added wang.li refused", "overseer person_added wang.li done", "overseer password_given wang.li done", "wang.li sign_in wang.li done",
		"wang.li password_changed wang.li refused", "wang.li password_changed wang.li refused", "wang.li password_changed wang.li refused", "wang.li password_changed wang.li refused",
		"wang.li password_changed wang.li done", "overseer person_disabled wang.li done",
	}
	if got := s.audited(t, begun); !slices.Equal(got, want) {
		t.Errorf("the audit log has\n%s", strings.Join(got, "\n"))
	}
}

func TestAWorkersNameIsShownForAPurposeOneAtATime(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	path := "/subjects/project/" + projectID + "/workers"
	_, _, list := s.get(t, path)
	for _, want := range []string{"李*", "*******0000", "赵*", "钢筋工", workerOne} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %s", want)
		}
	}
	begun := len(s.audited(t, 0))
	if status, _, body := s.post(t, path, url.Values{"worker": {workerOne}, "purpose": {" "}}); status != 422 || strings.Contains(body, "李四") {
		t.Errorf("without a purpose: %d", status)
	}
	status, header, body := s.post(t, path, url.Values{"worker": {workerOne}, "purpose": {"核实十月工资"}})
	if status != 200 || !strings.Contains(body, "李四") || !strings.Contains(body, "13800000000") || strings.Contains(body, "赵五") || header.Get("Cache-Control") != "no-store" {
		t.Errorf("with a purpose: %d %s", status, header)
	}
	if _, _, again := s.get(t, path); strings.Contains(again, "李四") {
		t.Error("the name stays")
	}
	for name, key := range map[string]string{"an unknown worker": strings.Repeat("0", 32), "no key": "' OR 1"} {
		if status, _, _ := s.post(t, path, url.Values{"worker": {key}, "purpose": {"核实十月工资"}}); status != 404 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if got := s.audited(t, begun); len(got) != 3 || got[0] != "overseer reveal project:"+projectID+" worker "+workerOne+" done" || strings.Contains(strings.Join(got, ""), "李") {
		t.Errorf("the audit log has %q", got)
	}
}

func TestEveryExportIsWrittenDownAlsoWhenItIsRemembered(t *testing.T) {
	s := serve(t, small)
	begun := len(s.audited(t, 0))
	s.get(t, "/warnings.csv?level=red")
	s.get(t, "/warnings.csv?level=red")
	want := "overseer export /warnings.csv?level=red done"
	if got := s.audited(t, begun); !slices.Equal(got, []string{want, want}) {
		t.Errorf("the audit log has %q", got)
	}
	begun = len(s.audited(t, 0))
	s.get(t, "/cases/project:"+projectID+"/print")
	s.get(t, "/blacklist/entries/"+entryID)
	read := []string{"overseer print /cases/project:" + projectID + "/print done", "overseer read_entry /blacklist/entries/" + entryID + " done"}
	if got := s.audited(t, begun); !slices.Equal(got, read) {
		t.Errorf("a case file and a procedure that names persons were read, and the audit log has %q", got)
	}
	must(t, s.conn.Exec(t.Context(), "RENAME TABLE audit_log TO gone"))
	if status, _, body := s.get(t, "/warnings.csv?level=red"); status != 500 || strings.Contains(body, "wages") {
		t.Errorf("an export that cannot be written down answers %d", status)
	}
	must(t, s.conn.Exec(t.Context(), "RENAME TABLE gone TO audit_log"))
}

func TestTheAuditPageFiltersAndTellsWhenTheLogWasChanged(t *testing.T) {
	s := serve(t, small)
	s.get(t, "/ranking.csv")
	_, _, page := s.get(t, "/audit?action=export")
	if !strings.Contains(page, "/ranking.csv") || !strings.Contains(page, "日志完整") || strings.Contains(page, "<th scope=\"row\">登录</th>") {
		t.Error("the filtered log is not as it should be")
	}
	if status, _, _ := s.get(t, "/audit?from=yesterday"); status != 400 {
		t.Errorf("a bad date: %d", status)
	}
	must(t, s.conn.Exec(t.Context(), "ALTER TABLE audit_log UPDATE actor = 'somebody' WHERE seq = 1 SETTINGS mutations_sync = 2"))
	if _, _, page := s.get(t, "/audit"); !strings.Contains(page, "日志被改动") || !strings.Contains(page, "entry 1 was changed") {
		t.Error("the change does not show")
	}
}

func TestTheSignInPageSaysWhatToDoWhereNobodyIsRegistered(t *testing.T) {
	s := emptyServer(t, small)
	s.enter(t, "")
	if _, _, page := s.get(t, "/sign-in"); strings.Contains(page, "anxin users add") || strings.Contains(page, "演示") {
		t.Error("a register with people speaks of the first administrator, or of a demonstration")
	}
	s.people.Demo = []people.DemoPerson{{Person: overseer, Password: password}}
	if _, _, page := s.get(t, "/sign-in"); !strings.Contains(page, "虚构") || !strings.Contains(page, password) {
		t.Error("the demonstration does not offer its people")
	}
	fresh := bareServer(t, small)
	if _, _, page := fresh.get(t, "/sign-in"); !strings.Contains(page, "anxin users add admin") {
		t.Error("an empty register does not say how to begin")
	}
	must(t, fresh.gate.Register().Add(t.Context(), "command", overseer))
	if _, _, page := fresh.get(t, "/sign-in"); strings.Contains(page, "anxin users add admin") {
		t.Error("it goes on saying so")
	}
}
