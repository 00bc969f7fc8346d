// Package reading reads the rows of files as they are: lines of text however they end, sheets of Excel workbooks, lists of objects in
// JSON, compressed or not, one row after the other without holding the file. What its cells mean is for others to say.
package reading
