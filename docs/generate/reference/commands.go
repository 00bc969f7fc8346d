package reference

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Command is one command of the program, as its help describes it.
type Command struct {
	Path     []string // without "anxin"
	Help     string
	Flags    map[string]bool // long names with --, and short ones
	Children []string
}

var (
	childLine = regexp.MustCompile(`(?m)^  ([a-z][a-z-]*) +\S`)
	flagName  = regexp.MustCompile(`(?m)^ +(?:(-[a-z]), )?(?:    )?(--[a-z][a-z-]*)`)
)

// Build compiles the program of the repository at root into dir and returns its path.
func Build(root, dir string) (string, error) {
	path, err := filepath.Abs(filepath.Join(dir, "anxin"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", path, "./cmd/anxin")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building anxin: %w\n%s", err, out)
	}
	return path, nil
}

// Commands asks a program for every command it has, parents first.
func Commands(program string) ([]Command, error) {
	var all []Command
	var visit func(path []string) error
	visit = func(path []string) error {
		var out bytes.Buffer
		cmd := exec.Command(program, append(append([]string{}, path...), "--help")...)
		cmd.Stdout = &out
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("anxin %s --help: %w", strings.Join(path, " "), err)
		}
		one := Command{Path: path, Help: out.String(), Flags: map[string]bool{}}
		_, flags, _ := strings.Cut(one.Help, "\nFlags:\n")
		for _, m := range flagName.FindAllStringSubmatch(flags, -1) {
			one.Flags[m[1]], one.Flags[m[2]] = true, true
		}
		if _, list, ok := strings.Cut(one.Help, "\nAvailable Commands:\n"); ok {
			list, _, _ = strings.Cut(list, "\n\n")
			for _, m := range childLine.FindAllStringSubmatch(list, -1) {
				if m[1] != "help" {
					one.Children = append(one.Children, m[1])
				}
			}
		}
		all = append(all, one)
		for _, child := range one.Children {
			if err := visit(append(append([]string{}, path...), child)); err != nil {
				return err
			}
		}
		return nil
	}
	return all, visit(nil)
}

func commands(root string) (string, error) {
	dir, err := os.MkdirTemp("", "anxin-docs-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	program, err := Build(root, dir)
	if err != nil {
		return "", err
	}
	all, err := Commands(program)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`# Commands

One program, ` + "`anxin`" + `. Exit codes: 0 done, 1 failed, 2 wrong usage or bad input. Long work shows its progress on a
terminal and stays quiet when piped; logs go to standard error, as text on a terminal and as JSON elsewhere. The first
Ctrl-C (or SIGTERM) ends the work in order, a second one at once.
`)
	for _, one := range all {
		name := strings.Join(append([]string{"anxin"}, one.Path...), " ")
		fmt.Fprintf(&b, "\n## %s\n\n```text\n%s\n```\n", name, strings.TrimSpace(one.Help))
	}
	return b.String(), nil
}
