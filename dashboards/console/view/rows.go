package view

// List is rows as JSON writes them: an empty list is [], not null.
func List[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

// Each makes rows of an answer.
func Each[From, To any](rows []From, as func(From) To) []To {
	all := []To{}
	for _, row := range rows {
		all = append(all, as(row))
	}
	return all
}
