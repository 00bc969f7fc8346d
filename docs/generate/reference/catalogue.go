package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/law"
)

var groupTitles = map[catalog.Group]string{
	catalog.Safeguards: "Safeguards (制度保障)",
	catalog.Payment:    "Payment (工资支付)",
	catalog.Foresight:  "Foresight (before a wage is due)",
	catalog.Handling:   "Handling (处置)",
}

func catalogue(string) (string, error) {
	all, err := shipped.Read("")
	if err != nil {
		return "", err
	}
	p := policy.National()
	var b strings.Builder
	b.WriteString(`# Detectors

A detector answers one question about one kind of subject on one date. These ship with Anxin, each one file in
[detectors/catalog](../../detectors/catalog); ` + "`anxin detectors list`" + ` lists them with those of your own. Thresholds are the
national [policy](policy.md); provinces may [set their own](../how-to/policy.md). What the columns and episodes mean
stands in [warnings](output.md#warningsndjson).

A basis is given by the ids of the [laws that Anxin cites](laws.md), which also says what each article is about.
`)
	group := catalog.Group("")
	for _, d := range all {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(&b, "\n## %s\n", groupTitles[group])
		}
		scopes := make([]string, len(d.Scopes))
		for i, s := range d.Scopes {
			scopes[i] = string(s)
		}
		department := "the regulator of the project's sector; human resources for an employer"
		if d.Department != "sector" {
			department = strings.ReplaceAll(d.Department, "_", " ")
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n**%s** · %s\n\n%s\n\n", d.ID, d.Title.ZH, d.Title.EN, d.Question.EN)
		fmt.Fprintf(&b, "| | |\n| --- | --- |\n| about | %s |\n| basis | %s |\n| who acts | %s |\n", strings.Join(scopes, " or "), basis(d.Basis), department)
		for _, level := range []catalog.Level{catalog.Yellow, catalog.Red} {
			if text, ok := d.Levels[level]; ok {
				fmt.Fprintf(&b, "| %s | %s (%s) |\n", level, cell(text.EN), cell(text.ZH))
			}
		}
		fmt.Fprintf(&b, "| check first | %s |\n", cell(d.Advice.EN))
		if len(d.Params) > 0 {
			b.WriteString("\n| parameter | national value | meaning |\n| --- | --- | --- |\n")
			for _, name := range slices.Sorted(maps.Keys(d.Params)) {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, values(p, d.ID, name), cell(d.Params[name].Text.EN))
			}
		}
		b.WriteString("\nEvidence: ")
		for i, f := range d.Evidence {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "`%s` (%s)", f.Name, f.Label.EN)
		}
		b.WriteString(".\n")
	}
	return b.String(), nil
}

// basis lists citations, with a note beside those of laws that nobody could read.
func basis(citations []string) string {
	laws := law.Shipped()
	noted := make([]string, len(citations))
	for i, code := range citations {
		noted[i] = code
		if !laws.Resolve(code).Checked() {
			noted[i] += " (" + law.NotChecked.EN + ")"
		}
	}
	return strings.Join(noted, "; ")
}

// values lists the settings of a parameter, of its own section or of common.
func values(p *policy.Policy, section, name string) string {
	settings := p.Settings(section, name)
	if len(settings) == 0 {
		settings = p.Settings("common", name)
	}
	var texts []string
	for _, s := range settings {
		text := plain(s.Value)
		if s.Region != "" {
			text += " in " + s.Region
		}
		if s.From != nil {
			text += " from " + s.From.String()
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

func plain(v any) string {
	if list, ok := v.([]any); ok {
		texts := make([]string, len(list))
		for i, one := range list {
			texts[i] = fmt.Sprint(one)
		}
		return strings.Join(texts, ", ")
	}
	return fmt.Sprint(v)
}

func policies(string) (string, error) {
	all, err := shipped.Read("")
	if err != nil {
		return "", err
	}
	meanings := map[string]string{}
	for _, d := range all {
		for name, param := range d.Params {
			meanings[d.ID+"."+name] = param.Text.EN
			meanings["common."+name] = param.Text.EN // used where the detector's own section lacks it
		}
	}
	p := policy.National()
	var b strings.Builder
	b.WriteString(`# Policy

Every threshold, weight and deadline is policy, with its source. The values here are those that are shipped: the national
default ([detectors/policy/national.yaml](../../detectors/policy/national.yaml)) and what provinces have set and could be
found ([detectors/policy/regions](../../detectors/policy/regions)). A file of your own is laid over them, see
[how to set a province's policy](../how-to/policy.md). ` + "`anxin policy show`" + ` prints the policy in force.

"` + law.NotChecked.EN + `" (` + law.NotChecked.ZH + `) stands where nobody could read the source: the value is from second hand. Check it before you
rely on it, and say so in your own file. [Laws](laws.md) lists what was read.

A detector's section is named after it; what the section lacks is looked up in ` + "`common`" + `. Of the settings whose region a
township's code begins with, the narrowest counts, and of these the latest that has begun. The sections ` + "`index`" + ` and
` + "`casework`, the window of `rates`, what makes a grade in `grades`" + ` and the parameters
` + "`source_precedence`, `paid_days_a_month` and `hours_a_day`" + ` are the same for the whole country: a ranking measures all by one
rule, so a regional setting of theirs has no effect. Amounts named ` + "`_fen`" + ` are fen (分), a
hundredth of a yuan.
`)
	for _, section := range p.Sections() {
		fmt.Fprintf(&b, "\n## %s\n\n| parameter | value | meaning | source |\n| --- | --- | --- | --- |\n", section)
		for _, name := range p.Names(section) {
			for _, s := range p.Settings(section, name) {
				value, source := plain(s.Value), s.Source.EN
				if s.Unverified {
					source += " (" + law.NotChecked.EN + ")"
				}
				if s.Region != "" {
					value += " in " + s.Region
				}
				if s.From != nil {
					value += " from " + s.From.String()
				}
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, value, cell(meanings[section+"."+name]), cell(source))
			}
		}
	}
	b.WriteString("\n## sources\n\nWhat people call a sending system, by the code that its records carry; a code that is not here is shown as it is.\n\n| code | 中文 | English |\n| --- | --- | --- |\n")
	names := p.Sources()
	for _, code := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", code, cell(names[code].ZH), cell(names[code].EN))
	}
	return b.String(), nil
}
