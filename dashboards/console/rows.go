package console

// list is rows as JSON writes them: an empty list is [], not null.
func list[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

// each makes rows of an answer.
func each[From, To any](rows []From, as func(From) To) []To {
	all := []To{}
	for _, row := range rows {
		all = append(all, as(row))
	}
	return all
}
