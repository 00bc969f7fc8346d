// Package notation reads cells as offices, banks and spreadsheets write them: texts with what exports put around them, amounts on
// their digits, dates and times of people and of spreadsheets, GB18030 with its users' own characters. Nothing here knows of files
// or mappings.
package notation
