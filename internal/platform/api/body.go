package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// The number of rows that one answer lists: the most, and where nothing is asked for.
const (
	MaxLimit     = 1000
	DefaultLimit = 100
)

// ReadBody reads one JSON object of at most limit bytes, and nothing that it does not know; nil when it has.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64, into any) *Failure {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("the body goes on after the JSON object")
		}
	}
	if err == nil {
		return nil
	}
	if size := new(http.MaxBytesError); errors.As(err, &size) {
		return Fail(http.StatusRequestEntityTooLarge, TooLarge, "请求过大", fmt.Sprintf("the body is larger than %d bytes", size.Limit))
	}
	return Fail(http.StatusBadRequest, BadRequest, "请求有误：正文不是所需的 JSON："+err.Error(), "the body is not the JSON wanted: "+err.Error())
}
