// Package rehearsaltest rehearses long months: what a real server goes through, in simulated days.
package rehearsaltest
