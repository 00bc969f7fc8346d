package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

func TestWhatPeopleTypedIsNotInTheLog(t *testing.T) {
	const typed = "张三139-8765-4321"
	timeout := &url.Error{Op: "Post", URL: "http://anxin:***@127.0.0.1:40001/?database=anxin&param_q=" + url.QueryEscape(typed), Err: context.DeadlineExceeded}
	var out bytes.Buffer
	for _, log := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: Replace})), slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: Replace}))} {
		log.Error("a page failed", "path", "/search?q="+typed, "error", fmt.Errorf("searching: %w", errors.Join(timeout, errors.New("and more"))))
		log.Error("failed: Get \"http://host/x?q=" + typed + "\": refused")
	}
	if got := out.String(); strings.Contains(got, "4321") || strings.Contains(got, "%E5%BC%A0") || strings.Contains(got, "张三") {
		t.Errorf("the log says %s", got)
	} else if !strings.Contains(got, "deadline exceeded") || !strings.Contains(got, "127.0.0.1:40001") || !strings.Contains(got, "and more") || !strings.Contains(got, "refused") {
		t.Errorf("the log no longer says what failed: %s", got)
	}
}
