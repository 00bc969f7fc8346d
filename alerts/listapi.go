package alerts

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/documents"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/api"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

func (a *Alerts) listEntries(w http.ResponseWriter, r *http.Request, by caller) {
	q := r.URL.Query()
	a.currentList()
	list := a.blacklist.List(blacklist.Filter{
		Territory: q.Get("territory"), Stage: casefile.EntryStage(q.Get("stage")), Search: q.Get("search"),
	})
	list = slices.DeleteFunc(list, func(e casefile.Entry) bool { return !blacklist.Sees(by.person, e) })
	if !a.noted(w, r, by, "read_entry") {
		return
	}
	api.WriteJSON(w, http.StatusOK, map[string]any{"total": len(list), "entries": list})
}

// entry reads an entry that the caller may see.
func (a *Alerts) entry(r *http.Request, by caller) (casefile.Entry, []casefile.Event, error) {
	one, events, err := a.blacklist.Get(r.Context(), r.PathValue("id"))
	if err == nil && !blacklist.Sees(by.person, one) {
		err = errUnseen
	}
	return one, events, err
}

func (a *Alerts) getEntry(w http.ResponseWriter, r *http.Request, by caller) {
	one, events, err := a.entry(r, by)
	if err != nil {
		a.fail(w, "reading an entry of the list", err)
		return
	}
	if !a.noted(w, r, by, "read_entry") {
		return
	}
	w.Header().Set("ETag", tag(one.Seq))
	api.WriteJSON(w, http.StatusOK, map[string]any{"entry": one, "events": events})
}

// proposeEntry makes an employer a candidate by what the latest run found: its facts are read here, not taken from the
// person who proposes.
func (a *Alerts) proposeEntry(w http.ResponseWriter, r *http.Request, by caller) {
	var body struct {
		Employer string `json:"employer"`
		casefile.EntryAction
	}
	if !readBody(w, r, maxAction, &body) {
		return
	}
	facts, err := a.Desk().Candidate(r.Context(), body.Employer)
	var done blacklist.Done
	if err == nil {
		done, err = a.blacklist.Propose(r.Context(), by.person, body.Employer, facts, body.EntryAction)
		a.audited(r, by.person, "blacklist.propose", body.Employer, done.Event.Seq, err)
	}
	a.stepped(w, http.StatusCreated, done, err)
}

func (a *Alerts) actOnEntry(w http.ResponseWriter, r *http.Request, by caller) {
	var action casefile.EntryAction
	seq, ok := readAction(w, r, &action)
	if !ok {
		return
	}
	one, _, err := a.entry(r, by)
	var done blacklist.Done
	if err == nil {
		done, err = a.blacklist.Act(r.Context(), by.person, one.ID, seq, action)
		a.audited(r, by.person, "blacklist."+string(action.Kind), one.ID, done.Event.Seq, err)
	} else if errors.Is(err, errUnseen) { // refused, though told as if there were none
		a.audited(r, by.person, "blacklist."+string(action.Kind), one.ID, 0, err)
	}
	a.stepped(w, http.StatusOK, done, err)
}

func (a *Alerts) stepped(w http.ResponseWriter, status int, done blacklist.Done, err error) {
	if err != nil {
		a.fail(w, "acting on an entry of the list", err)
		return
	}
	w.Header().Set("ETag", tag(done.Entry.Seq))
	api.WriteJSON(w, status, map[string]any{"entry": done.Entry, "event": done.Event.Case()})
}

func (a *Alerts) entryPaper(w http.ResponseWriter, r *http.Request, by caller) {
	one, _, err := a.entry(r, by)
	kind := documents.Kind(r.PathValue("paper"))
	if err == nil && !slices.Contains(documents.EntryKinds, kind) {
		err = blacklist.ErrNotFound
	}
	var page []byte
	if err == nil {
		page, err = a.papers.OfEntry(kind, one)
	}
	a.page(w, r, by, page, err)
}

// getPublication answers the list as it is public today.
func (a *Alerts) getPublication(w http.ResponseWriter, _ *http.Request, _ caller) {
	a.currentList()
	api.WriteJSON(w, http.StatusOK, a.blacklist.Publication())
}

// publishedFiles are the files of the list as it was asked for last: anybody may ask, and a workbook takes long to make.
type publishedFiles struct {
	mu    sync.Mutex
	list  []byte // as JSON
	files map[string][]byte
}

func (f *publishedFiles) of(today blacklist.Publication, key ed25519.PrivateKey) (map[string][]byte, error) {
	list, err := today.JSON()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if bytes.Equal(list, f.list) {
		return f.files, nil
	}
	var files map[string][]byte
	if key != nil {
		files, err = today.Sign(key)
	} else {
		files, err = today.Files()
	}
	if err == nil {
		f.list, f.files = list, files
	}
	return files, err
}

// getPublicationFile answers one of the publication's files, as `anxin blacklist publish` writes them. The list itself
// needs no key.
func (a *Alerts) getPublicationFile(w http.ResponseWriter, r *http.Request, _ caller) {
	a.currentList()
	name := r.PathValue("file")
	if a.signingKey == nil && (name == blacklist.ManifestFile || name == blacklist.SignatureFile) {
		api.WriteProblem(w, http.StatusNotFound, api.Problem{Code: api.NotFound, Message: catalog.Text{
			ZH: "未配置签名密钥 alerts.signing_key，没有签名的清单", EN: "nothing is signed: alerts.signing_key is not set"}})
		return
	}
	files, err := a.published.of(a.blacklist.Publication(), a.signingKey)
	if err != nil {
		a.fail(w, "publishing the list", err)
		return
	}
	content, ok := files[name]
	if !ok {
		a.fail(w, "reading the publication", blacklist.ErrNotFound)
		return
	}
	kinds := map[string]string{blacklist.CSVFile: "text/csv; charset=utf-8", blacklist.WorkbookFile: spreadsheet.WorkbookType, blacklist.SignatureFile: "text/plain; charset=utf-8"}
	kind, ok := kinds[name]
	if !ok {
		kind = "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content)
}
