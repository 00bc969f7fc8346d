package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

func usersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "users", Short: "Say who may sign in, with which roles and where",
		Long: `The register of people is kept in the store; these commands act on it directly, so they are for whoever runs the server.
The first administrator is made here; others can be added on the page /people. Nobody is ever removed, only disabled, and
user names are never used again: they stand in cases and in the audit log.

Roles: inspector, department_officer (with --department), supervisor, township_head (all with --territory), operator,
auditor, administrator. A territory is a division code: 2 digits a province, 4 a prefecture, 6 a county, 9 a township.`,
		Example: `  anxin users add admin --name 管理员 --role administrator
  anxin users add wang.li --name 王莉 --role inspector --territory 331024
  anxin users list`,
	}
	cmd.AddCommand(addUserCommand(), listUsersCommand(), changeUserCommand(), passwordCommand(), disableUserCommand(true), disableUserCommand(false),
		linkCommand(), tokenCommand(), endTokenCommand())
	return cmd
}

// registered runs what a command does with the register of people.
func registered(cmd *cobra.Command, configPath string, do func(context.Context, *people.Register) error) error {
	c, log, err := prepared(configPath)
	if err != nil {
		return err
	}
	return app.WithRegister(cmd.Context(), c, log, func(ctx context.Context, r *people.Register, _ *audit.Log) error { return do(ctx, r) })
}

// change runs a change of the register and writes it down.
func change(cmd *cobra.Command, configPath, action, id string, do func(context.Context, *people.Register) error) error {
	c, log, err := prepared(configPath)
	if err != nil {
		return err
	}
	return app.ChangeRegister(cmd.Context(), c, log, action, id, do)
}

// rights are the flags that say what a person may do and where.
type rights struct {
	name, territory, department string
	roles                       []string
}

func (f *rights) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "name", "", "the person's name, as shown and printed")
	cmd.Flags().StringSliceVar(&f.roles, "role", nil, "a role; may be given several times")
	cmd.Flags().StringVar(&f.territory, "territory", "", "division code of the territory")
	cmd.Flags().StringVar(&f.department, "department", "", "of a department officer: housing, transport, water, …")
}

func (f rights) onto(cmd *cobra.Command, p *access.Person) {
	if cmd.Flags().Changed("name") {
		p.Name = f.name
	}
	if cmd.Flags().Changed("role") {
		p.Roles = nil
		for _, role := range f.roles {
			p.Roles = append(p.Roles, access.Role(role))
		}
	}
	if cmd.Flags().Changed("territory") {
		p.Territory = f.territory
	}
	if cmd.Flags().Changed("department") {
		p.Department = f.department
	}
}

func addUserCommand() *cobra.Command {
	var configPath string
	var f rights
	var machine bool
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Register a person, with an initial password", Args: cobra.ExactArgs(1),
		Long: `Registers a person and prints an initial password, to be handed over in person and changed at the first sign-in.
With --machine there is none: give the entry a token with anxin users token.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p := access.Person{ID: args[0]}
			f.onto(cmd, &p)
			return change(cmd, configPath, "person_added", p.ID, func(ctx context.Context, r *people.Register) error {
				if err := r.Add(ctx, audit.Command, p); err != nil {
					return err
				}
				if machine {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: registered\n", p.ID)
					return nil
				}
				initial := strings.ToLower(rand.Text()[:16])
				if err := r.SetPassword(ctx, audit.Command, p.ID, initial, true); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: registered; initial password: %s\n", p.ID, initial)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&machine, "machine", false, "a machine, without a password")
	f.flags(cmd)
	return cmd
}

func listUsersCommand() *cobra.Command {
	var configPath string
	cmd := &cobra.Command{
		Use: "list", Short: "List who is registered", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return registered(cmd, configPath, func(_ context.Context, r *people.Register) error {
				t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(t, "USER\tNAME\tROLES\tTERRITORY\tDEPARTMENT\tSTATE\tTOKENS")
				for _, a := range r.List() {
					state := "active"
					switch {
					case a.Disabled:
						state = "disabled"
					case a.MustChange:
						state = "initial password"
					case !a.Password:
						state = "no password"
					}
					var tokens []string
					for _, token := range a.Tokens {
						tokens = append(tokens, token.Label)
					}
					roles := make([]string, len(a.Roles))
					for i, role := range a.Roles {
						roles[i] = string(role)
					}
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Name, strings.Join(roles, ","), a.Territory, a.Department, state, strings.Join(tokens, ","))
				}
				return t.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	return cmd
}

func changeUserCommand() *cobra.Command {
	var configPath string
	var f rights
	cmd := &cobra.Command{
		Use: "change NAME", Short: "Change a person's name, roles, territory or department", Args: cobra.ExactArgs(1),
		Long: "What no flag names stays. --role replaces all roles.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return change(cmd, configPath, "person_changed", args[0], func(ctx context.Context, r *people.Register) error {
				a, err := r.Get(args[0])
				if err != nil {
					return err
				}
				f.onto(cmd, &a.Person)
				return r.Change(ctx, audit.Command, a.Person)
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	f.flags(cmd)
	return cmd
}

func passwordCommand() *cobra.Command {
	var configPath string
	cmd := &cobra.Command{
		Use: "passwd NAME", Short: "Set a person's password", Args: cobra.ExactArgs(1),
		Long: `Asks for the password on the terminal, or reads one line from standard input. It is an initial password: the person changes
it at the next sign-in. All sessions of the person end.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := readPassword(cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return change(cmd, configPath, "password_given", args[0], func(ctx context.Context, r *people.Register) error {
				return r.SetPassword(ctx, audit.Command, args[0], password, true)
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	return cmd
}

// readPassword never shows what is typed, and never takes it from the command line, where others could see it.
func readPassword(in io.Reader, prompt io.Writer) (string, error) {
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		var typed [2]string
		for i, ask := range []string{"Password: ", "Again: "} {
			fmt.Fprint(prompt, ask)
			b, err := term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(prompt)
			if err != nil {
				return "", fmt.Errorf("reading the password: %w", err)
			}
			typed[i] = string(b)
		}
		if typed[0] != typed[1] {
			return "", app.BadInput(errors.New("the two passwords differ"))
		}
		return typed[0], nil
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func disableUserCommand(disable bool) *cobra.Command {
	var configPath string
	use, short, action := "enable", "Let a disabled person in again", "person_enabled"
	if disable {
		use, short, action = "disable", "Shut a person out: sessions and tokens end", "person_disabled"
	}
	cmd := &cobra.Command{
		Use: use + " NAME", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return change(cmd, configPath, action, args[0], func(ctx context.Context, r *people.Register) error {
				if disable {
					return r.Disable(ctx, audit.Command, args[0])
				}
				return r.Enable(ctx, audit.Command, args[0])
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	return cmd
}

func linkCommand() *cobra.Command {
	var configPath, subject string
	cmd := &cobra.Command{
		Use: "link NAME", Short: "Say who a person is at the OpenID provider", Args: cobra.ExactArgs(1),
		Long: "Links the person to a subject of access.oidc.issuer; an empty --subject ends the link.",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			if c.Access.OIDC.Issuer == "" {
				return app.BadInput(errors.New("there is no OpenID provider: set access.oidc.issuer in the configuration"))
			}
			s := people.Subject{Issuer: c.Access.OIDC.Issuer, ID: subject}
			if subject == "" {
				s = people.Subject{}
			}
			return change(cmd, configPath, "person_linked", args[0], func(ctx context.Context, r *people.Register) error {
				return r.Link(ctx, audit.Command, args[0], s)
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&subject, "subject", "", "what the provider calls the person")
	return cmd
}

func tokenCommand() *cobra.Command {
	var configPath, label string
	cmd := &cobra.Command{
		Use: "token NAME", Short: "Give a person or machine a token for the API", Args: cobra.ExactArgs(1),
		Long:    "Prints a bearer token, once; the register keeps its hash. It opens what the entry's roles and territory open.",
		Example: "  anxin users add credit-feed --machine --name 信用平台 --role inspector --territory 3310\n  anxin users token credit-feed --label nightly",
		RunE: func(cmd *cobra.Command, args []string) error {
			return change(cmd, configPath, "token_made", args[0]+" "+label, func(ctx context.Context, r *people.Register) error {
				token, err := r.MakeToken(ctx, audit.Command, args[0], label)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), token)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&label, "label", "api", "what the token is called, to end it by")
	return cmd
}

func endTokenCommand() *cobra.Command {
	var configPath, label string
	cmd := &cobra.Command{
		Use: "end-token NAME", Short: "Make a token worthless", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return change(cmd, configPath, "token_ended", args[0]+" "+label, func(ctx context.Context, r *people.Register) error {
				return r.EndToken(ctx, audit.Command, args[0], label)
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&label, "label", "api", "what the token is called")
	return cmd
}
