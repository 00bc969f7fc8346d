package notation

// Kind is how a field of the contract is written.
type Kind uint8

const (
	Identifier  Kind = iota // 1–64 of [A-Za-z0-9._:-]
	Identifiers             // a list of these
	Line                    // text on one line
	Number                  // an identity number or an account, as text
	WorkerKey               // a worker's key, as it was read off Anxin's pages
	CreditCode
	Division // statistical division code
	Word     // one of field.words
	YesNo
	Yuan
	Integer
	Decimal
	Hours
	Date
	Month
	Instant
)

// Want says what a field of the kind takes, for messages.
func (k Kind) Want() string {
	switch k {
	case Identifier:
		return "1 to 64 characters of A-Z a-z 0-9 . _ : -"
	case Identifiers:
		return "ids with 、 or a comma between them, each 1 to 64 characters of A-Z a-z 0-9 . _ : -"
	case WorkerKey:
		return "32 hexadecimal digits"
	case CreditCode:
		return "a unified social credit code of 18 characters"
	case Division:
		return "a statistical division code of 9 or 12 digits"
	case YesNo:
		return "true or false"
	case Yuan:
		return "an amount"
	case Integer:
		return "a whole number"
	case Decimal:
		return "a number"
	case Hours:
		return "a number of hours"
	case Date:
		return "a date YYYY-MM-DD"
	case Month:
		return "a month YYYY-MM"
	case Instant:
		return "an RFC 3339 time with offset"
	}
	return "text"
}
