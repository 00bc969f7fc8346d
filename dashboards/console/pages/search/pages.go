// Package search has the page of what the search box of every page finds, and the API's answer.
package search

import (
	"embed"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

//go:embed templates
var templates embed.FS

// Pages are what the search box of every page finds.
type Pages struct {
	Conn    driver.Conn // the main database; nil: places alone are found
	Regions view.Regions
	Answers view.Answers
}

// Room is the templates of the pages.
func (p *Pages) Room() web.Room { return web.Room{Templates: templates} }
