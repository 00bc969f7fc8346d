package web

// Pager says which rows of a list are shown. Pages count from 1.
type Pager struct{ Page, Last, From, To, Total int }

// PageOf is a page of a list of so many rows, size to a page; a size of 0 is one page of all. A page past the end is the last.
func PageOf(total, size, page int) Pager {
	if size <= 0 {
		size = max(total, 1)
	}
	p := Pager{Last: max(1, (total+size-1)/size), Total: total}
	p.Page = min(page, p.Last)
	p.From = (p.Page - 1) * size
	p.To = min(p.From+size, total)
	return p
}

// Prev and Next are 0 at the ends.
func (p Pager) Prev() int { return p.Page - 1 }

// Next is the number of the page after this one; 0 at the end.
func (p Pager) Next() int {
	if p.Page < p.Last {
		return p.Page + 1
	}
	return 0
}

// First is the number of the first row shown.
func (p Pager) First() int { return min(p.From+1, p.Total) }
