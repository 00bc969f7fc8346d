package reference

import (
	"fmt"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/law"
)

func laws(string) (string, error) {
	var b strings.Builder
	b.WriteString(`# Laws

The laws, rules and published standards that Anxin cites
([internal/domain/law/laws.yaml](../../internal/domain/law/laws.yaml)): by their ids in the basis of detectors, by their names everywhere.
A detector that cites another is refused, with its file and line. What an article says stands here in short and in our own
words: a reminder, not the text.

Of some nobody could read the text. What is said of them is from second hand, and pages, papers and the API mark every
citation: ` + law.NotChecked.ZH + `, ` + law.NotChecked.EN + `. Whoever has read a text says so in
[a file of laws beside the detectors](../how-to/policy.md#texts-that-you-have-read), and the mark is gone.
`)
	for _, l := range law.Shipped().Laws() {
		fmt.Fprintf(&b, "\n## %s\n\n**%s** · %s\n\n", l.ID, l.Name.ZH, l.Name.EN)
		if l.Title != "" {
			fmt.Fprintf(&b, "%s.", l.Title)
		}
		if l.From != nil {
			fmt.Fprintf(&b, " In force from %s.", l.From)
		}
		if l.Region != "" {
			fmt.Fprintf(&b, " In %s.", l.Region)
		}
		read := law.NotChecked.EN + " (" + law.NotChecked.ZH + ")"
		if l.Checked != "" {
			read = l.Checked
		}
		fmt.Fprintf(&b, "\n\nText read: %s.\n\n%s (%s)\n", read, l.Text.EN, l.Text.ZH)
		if len(l.Articles) == 0 {
			continue
		}
		b.WriteString("\n| article | in short | |\n| --- | --- | --- |\n")
		for _, number := range l.Numbers() {
			text := l.Articles[number]
			fmt.Fprintf(&b, "| %s | %s | %s |\n", number, cell(text.EN), cell(text.ZH))
		}
	}
	return b.String(), nil
}
