package console

// pager says which rows of a list are shown. Pages count from 1.
type pager struct{ Page, Last, From, To, Total int }

func pages(total, size, page int) pager {
	if size <= 0 {
		size = max(total, 1)
	}
	p := pager{Last: max(1, (total+size-1)/size), Total: total}
	p.Page = min(page, p.Last)
	p.From = (p.Page - 1) * size
	p.To = min(p.From+size, total)
	return p
}

// Prev and Next are 0 at the ends.
func (p pager) Prev() int { return p.Page - 1 }

func (p pager) Next() int {
	if p.Page < p.Last {
		return p.Page + 1
	}
	return 0
}

// First is the number of the first row shown.
func (p pager) First() int { return min(p.From+1, p.Total) }
