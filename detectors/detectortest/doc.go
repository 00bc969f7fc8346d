// Package detectortest runs the tests that stand beside detectors: catalog/<id>.test.yaml holds small stories and the
// warnings that the detector must raise of them. An analyst can write one without knowing Go.
//
//	# catalog/wages-overdue.test.yaml
//	- name: a slip unpaid three days after its due date is a warning
//	  records:
//	    payroll:
//	      - {worker: W1..W3, project: P1, months: 2026-07, paid_yuan: 0}
//	  want:
//	    2026-08-16: []
//	    2026-08-17: [{project: P1, level: yellow, workers: 3, amount_fen: 1800000}]
//
// # Records
//
// records holds lists of records by topic, in the fields of the record contract. What is not given is healthy: a project
// is building, has its account, deposit and notice board; a slip is paid in full on its due day (see defaults.go). null
// takes a field away. Short forms:
//
//   - project, employer, worker, developer and contractor take aliases (P1, E1, W1, a list, or a range W1..W10); codes and
//     identity numbers with the right check characters are derived from them. The employer is E1 unless said otherwise.
//   - township takes a division code, or an alias (T1) that stands for one which no other test has; a test of warnings about
//     townships needs that.
//   - payee_account and bank_account take the number of an account, or an alias (W1 for that worker's own, or any other word)
//     that stands for one which no other test has.
//   - days (attendance) and months (payroll, signals, closures) take a date or month, a range 2026-08-01..2026-08-31 or a list of
//     these; except leaves days out. One entry then stands for every worker and day.
//   - legal_person_id and investor_id (employers) take an alias: W1 is the person who works as W1. covers (in a project's
//     deposit) takes a list of projects; merged_into (complaints) and complaint_id (proceedings) the id of a lead.
//   - hours: null (attendance) is a day of work whose hours nobody knows; hours: 0 says that the worker was absent.
//   - A permit's id is an alias too: a warning about a permitted project that no registry knows names it as its project. The
//     project that a permit names is not registered by that.
//   - A closure takes worker and months like a slip; without them it is about all workers and months. It is recorded when it
//     is closed.
//   - A project or employer that a record names is registered healthy unless records lists it itself or unknown names it.
//   - id is derived from what the record is about, so that an entry for the same worker, project and month is another
//     version of the same slip. version is 1 unless given; a higher one must say recorded_at, as a date (noon) or an
//     instant. Otherwise recorded_at follows from the record: a slip is recorded when it is paid.
//
// # Expectations
//
// want lists what the detector raises as_of a date, or does so for several dates. Of each warning it names the subject
// (project, employer or township) and the level and, where it matters, since, workers, amount_fen, township and any figure
// of the evidence; null says that a figure is not there. Whatever is not listed must not be raised.
//
// policy lays values over the national policy for one test: {section: {parameter: value}}, or a list of settings as in a
// policy file.
//
// # Cost
//
// Every test has a namespace of its own, so tests share one database for each policy, and one snapshot for each date.
package detectortest
