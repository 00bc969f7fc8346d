// Package record is the record contract as Go: what sources put on Kafka, read into rows of ClickHouse.
//
// One file per topic holds the record (a documented struct), its decoding with every rule, and the order of its rows:
// projects.go, employers.go, workers.go and so on. schema.yaml says which fields and columns each topic has, and the generator
// in generate/ writes wiring.go from it, where fields are found and rows become columns. Shared by all: scan.go reads JSON, fields.go reads the contract's types, reject.go names what is wrong,
// protect.go keeps personal data out, batch.go and columns.go hold the rows.
//
// # Guarantees
//
//   - Synchronous: no goroutines, no global state; the clock is injected. A Decoder and a Batch belong to one goroutine;
//     a Protector is shared.
//   - A message is either appended whole or rejected with exactly one reason; a rejected message leaves the batch as it
//     was. The reason does not depend on the order in which a source writes its fields (see Reason).
//   - Money is read from decimal digits into fen, never through a float.
//   - What leaves a Decoder is protected: identity numbers and bank accounts only as keyed hashes, names and phones
//     masked and sealed. No error, detail or formatted value holds anything a message said.
//   - The same message gives the same row, byte by byte, so that a replay collapses.
//
// # Where the contract is silent
//
// These are the decisions taken here; each is tested.
//
//   - A field the contract knows that appears twice is bad_value: which of the two is meant cannot be known.
//   - Nesting deeper than 128 is not_json (RFC 8259 §9 lets a reader limit it). So are a byte order mark, invalid
//     UTF-8 and anything after the object. A lone surrogate escape is well-formed JSON, but no text: bad_value.
//   - An integer may be written 3, 3.0 or 3e0, as a program with one number type prints it; 3.5 is bad_value.
//   - A yuan number (not a string) may carry float noise of less than 0.000001 yuan around a whole fen; see Fen.
//   - Attendance with a check_in, no check_out and 0 hours has hours that are unknown: 0 says that somebody was absent.
//   - Lower-case credit codes are bad_value; a lower-case x ends a resident id as well as X.
//   - Text is one line without control characters, at most 256 characters (source 32); a required text is not empty,
//     an optional text may be, and then counts as absent.
//   - A resident id whose birth date does not exist is bad_value, a wrong check character bad_checksum. A legal
//     person's id has no type of its own: with the shape of a resident id it is checked and hashed as one.
//   - Instants lie in 1970-01-01 to 2106-02-07 and dates in 1970-01-01 to 2149-06-06, which the tables can hold.
//   - Only contradictions that no honest record can hold are inconsistent; each topic lists its own.
package record

//go:generate go run ./generate
