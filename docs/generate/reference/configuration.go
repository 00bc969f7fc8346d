package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/dashboards/console"
	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// The structs that make up the configuration file: where they are declared, and their defaults.
var structs = []struct {
	file, name string
	defaults   any // nil for the file's own root, whose defaults are read from its source
}{
	{"internal/app/config.go", "Configuration", nil},
	{"internal/platform/store/store.go", "Configuration", store.DefaultConfiguration()},
	{"ingest/config.go", "Configuration", ingest.DefaultConfiguration()},
	{"ingest/config.go", "Kafka", ingest.DefaultConfiguration().Kafka},
	{"ingest/record/decoder.go", "Rules", record.Rules{}},
	{"detectors/config.go", "Configuration", detectors.DefaultConfiguration()},
	{"alerts/config.go", "Configuration", alerts.DefaultConfiguration()},
	{"dashboards/console/config.go", "Configuration", console.DefaultConfiguration()},
	{"internal/app/tls.go", "TLSFiles", nil},
	{"internal/platform/store/store.go", "TLS", store.TLS{}},
	{"detectors/schedule/config.go", "Configuration", detectors.DefaultConfiguration().Schedule},
	{"internal/platform/access/signin/config.go", "Configuration", signin.DefaultConfiguration()},
	{"internal/platform/access/signin/config.go", "OIDC", signin.DefaultConfiguration().OIDC},
}

// byType finds the struct that a field's type names, from within a package.
var byType = map[string]int{
	"store.Configuration": 1, "ingest.Configuration": 2, "Kafka": 3, "record.Rules": 4,
	"detectors.Configuration": 5, "alerts.Configuration": 6, "console.Configuration": 7, "TLSFiles": 8, "TLS": 9, "schedule.Configuration": 10,
	"signin.Configuration": 11, "OIDC": 12,
}

func configuration(root string) (string, error) {
	var b strings.Builder
	b.WriteString(`# Configuration

A YAML file, given to every service by ` + "`--config`" + `. What it leaves out has the default; an unknown field is an error that
names its line. Check a file before use: ` + "`anxin config check anxin.yaml`" + `. A commented example is
[deploy/anxin.yaml](../../deploy/anxin.yaml).

Durations are written as in 10s, 5m, 2h.

| variable of the environment | meaning |
| --- | --- |
| ` + "`ANXIN_KEYS`" + ` | the content of a key file, instead of the file that ` + "`keys`" + ` names |
| ` + "`ANXIN_STORE_DSN`" + ` | ` + "`store.dsn`" + `, where the file does not set it |
| ` + "`ANXIN_ALERTS_TOKEN`" + ` | ` + "`alerts.token`" + `, where the file does not set it |
| ` + "`ANXIN_METRICS_TOKEN`" + ` | ` + "`metrics.token`" + `, where the file does not set it |
| ` + "`ANXIN_OIDC_SECRET`" + ` | ` + "`access.oidc.client_secret`" + `, where the file does not set it |
| the one named by ` + "`ingest.kafka.sasl.password_env`" + ` | password of the Kafka user |
| ` + "`ANXIN_LIBCHDB`" + ` | path of a libchdb.so of your own for the embedded engine, instead of the one fetched by npm |

| field | default | meaning |
| --- | --- | --- |
`)
	if err := fields(&b, root, 0, ""); err != nil {
		return "", err
	}
	return b.String(), nil
}

// fields writes the rows of one struct under a prefix such as "ingest.kafka.".
func fields(b *strings.Builder, root string, n int, prefix string) error {
	s := structs[n]
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, s.file), nil, parser.ParseComments)
	if err != nil {
		return err
	}
	declared := declaration(file, s.name)
	if declared == nil {
		return fmt.Errorf("%s declares no struct %s", s.file, s.name)
	}
	literals := map[string]string{}
	if s.defaults == nil {
		literals = stringDefaults(file)
	}
	return rows(b, root, declared, reflect.ValueOf(s.defaults), literals, prefix)
}

func rows(b *strings.Builder, root string, declared *ast.StructType, defaults reflect.Value, literals map[string]string, prefix string) error {
	last := ""
	names := map[string]string{} // Go's names, which comments use, as the file spells them
	ast.Inspect(declared, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok {
			for _, ident := range f.Names {
				if name := yamlName(f, ident); name != "-" {
					names[ident.Name] = name
				}
			}
		}
		return true
	})
	for _, f := range declared.Fields.List {
		for _, ident := range f.Names {
			name := yamlName(f, ident)
			if name == "-" || typeName(f.Type) == "Lights" { // policy sets the lights
				continue
			}
			text := prose(f.Doc.Text()+" "+f.Comment.Text(), names)
			if inner, ok := f.Type.(*ast.StructType); ok {
				fmt.Fprintf(b, "| `%s%s` | | %s |\n", prefix, name, text)
				if err := rows(b, root, inner, defaults.FieldByName(ident.Name), nil, prefix+name+"."); err != nil {
					return err
				}
				continue
			}
			if n, ok := byType[typeName(f.Type)]; ok {
				if text != "" {
					fmt.Fprintf(b, "| `%s%s` | | %s |\n", prefix, name, text)
				}
				if err := fields(b, root, n, prefix+name+"."); err != nil {
					return err
				}
				continue
			}
			if text == "" && last != "" {
				text = "see above"
			} else {
				last = text
			}
			value := literals[ident.Name]
			if defaults.IsValid() {
				value = show(defaults.FieldByName(ident.Name))
			}
			if value != "" {
				value = "`" + value + "`"
			}
			fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", prefix, name, value, text)
		}
	}
	return nil
}

func yamlName(f *ast.Field, ident *ast.Ident) string {
	if f.Tag != nil {
		return reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("yaml")
	}
	return strings.ToLower(ident.Name) // what the YAML package takes without a tag
}

var word = regexp.MustCompile(`\b[A-Z]\w+`)

// prose makes of a doc comment a text for a table: fields by their names in the file, indented lines as a list.
func prose(comment string, names map[string]string) string {
	var b strings.Builder
	for line := range strings.Lines(comment) {
		if text, indented := strings.CutPrefix(line, "  "); indented {
			code, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
			b.WriteString("<br>`" + code + "` " + rest)
			continue
		}
		b.WriteString(word.ReplaceAllStringFunc(line, func(w string) string {
			if name, ok := names[w]; ok {
				return "`" + name + "`"
			}
			return w
		}))
	}
	return cell(b.String())
}

func declaration(file *ast.File, name string) *ast.StructType {
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			if t, ok := s.(*ast.TypeSpec); ok && t.Name.Name == name {
				found, _ := t.Type.(*ast.StructType)
				return found
			}
		}
	}
	return nil
}

// stringDefaults reads the literals of func DefaultConfiguration.
func stringDefaults(file *ast.File) map[string]string {
	found := map[string]string{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "DefaultConfiguration" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok {
				if text, ok := literal(kv.Value); ok {
					found[kv.Key.(*ast.Ident).Name] = text
				}
			}
			return true
		})
	}
	return found
}

func typeName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.SelectorExpr:
		if x, ok := t.X.(*ast.Ident); ok {
			return x.Name + "." + t.Sel.Name
		}
	}
	return ""
}

// show writes a default as YAML would; empty for what has none.
func show(v reflect.Value) string {
	switch d := v.Interface().(type) {
	case time.Duration:
		if d == 0 {
			return ""
		}
		text := d.String()
		if strings.HasSuffix(text, "m0s") {
			text = strings.TrimSuffix(text, "0s")
		}
		return text
	case []string:
		return "[" + strings.Join(d, ", ") + "]"
	case bool:
		return fmt.Sprint(d)
	}
	if v.IsZero() {
		return ""
	}
	return fmt.Sprint(v.Interface())
}
