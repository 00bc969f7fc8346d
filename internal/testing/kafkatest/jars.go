package kafkatest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed pom.xml
var pom []byte

// mavenTime is enough to fetch about 100 MB on a slow line; when the jars are there Maven takes two seconds.
const mavenTime = 5 * time.Minute

var fetched struct {
	sync.Mutex
	classpath string
}

// jars returns the class path of the broker, after Maven has put what is missing of it into its local repository. Maven is
// asked once per process.
func jars(ctx context.Context) (string, error) {
	fetched.Lock()
	defer fetched.Unlock()
	if fetched.classpath != "" {
		return fetched.classpath, nil
	}
	ctx, cancel := context.WithTimeout(ctx, mavenTime)
	defer cancel()
	release, err := oneAtATime()
	if err != nil {
		return "", err
	}
	defer release()
	dir, err := os.MkdirTemp("", "anxin-kafkatest-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	project, result := filepath.Join(dir, "pom.xml"), filepath.Join(dir, "classpath")
	if err := os.WriteFile(project, pom, 0o600); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, "mvn", "--quiet", "--batch-mode", "--file", project,
		"dependency:build-classpath", "-Dmdep.includeScope=runtime", "-Dmdep.outputFile="+result).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("mvn dependency:build-classpath: %w\n%s", errors.Join(err, ctx.Err()), out)
	}
	classpath, err := os.ReadFile(result)
	if err != nil {
		return "", err
	}
	fetched.classpath = strings.TrimSpace(string(classpath))
	return fetched.classpath, nil
}

// oneAtATime keeps the test binaries that `go test` runs side by side from fetching at once: Maven's local repository is not
// made for several writers. The lock ends with the process that holds it.
func oneAtATime() (release func(), err error) {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), fmt.Sprintf("anxin-kafkatest-%d.lock", os.Getuid())), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("wait for another test's Maven: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}
