package alerts

// Routes are the method and path of every route, for tests from outside.
func (a *Alerts) Routes() []string {
	var all []string
	for _, r := range a.routes() {
		all = append(all, r.method+" "+r.path)
	}
	return all
}
