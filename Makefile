# make demo   everything by one command, on embedded engines and a simulated year
# make test   every test, those on the embedded engines and in a real browser included
# make test-long   the same with more random worlds, a rehearsal of 90 days of trouble, and the engine in another time zone
# make test-faults, make test-kafka   ingest under faults, and against real Apache Kafka
# make fuzz   every fuzz target for FUZZTIME (30s each); what fails is kept in the package's testdata/fuzz
# make axe    fetches axe-core, without which the browser tests skip looking for barriers
# make lint   formatting, go vet and staticcheck

GO ?= go

FUZZTIME ?= 30s

# axe-core, which the browser tests look at every page with: fetched once by npm, into the user's cache. Its version and what it must
# be stand in internal/testing/browsertest/axe.go.
AXE := $(shell sed -n 's/.*AxeVersion = "\(.*\)"/\1/p' internal/testing/browsertest/axe.go)
AXE_FOLDER := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/anxin/axe-core-$(AXE)

.PHONY: axe build demo test test-long test-faults test-kafka fuzz lint engine clean

build:
	$(GO) build -trimpath -o bin/anxin ./cmd/anxin

demo: build
	./bin/anxin demo

# The engine's library is fetched once, by npm, into the user's cache; tests then find it there.
engine: build
	./bin/anxin engine fetch

axe:
	@test -f "$(AXE_FOLDER)/axe.min.js" || { mkdir -p "$(AXE_FOLDER)" && cd "$(AXE_FOLDER)" && npm pack --silent --ignore-scripts axe-core@$(AXE) >/dev/null && \
	  tar xzf axe-core-$(AXE).tgz --strip-components=1 package/axe.min.js && rm axe-core-$(AXE).tgz; }

test: engine
	-@$(MAKE) --no-print-directory axe
	@skipped=$$(mktemp); ANXIN_SKIPPED=$$skipped $(GO) test -timeout 30m ./...; code=$$?; sort -u $$skipped; rm -f $$skipped; exit $$code

# More seeds, and once more with the engine in Asia/Shanghai: about an hour on two cores.
test-long: engine
	ANXIN_LONG=1 $(GO) test -timeout 60m -count 1 ./...
	ANXIN_ENGINE_ZONE=Asia/Shanghai $(GO) test -timeout 60m -count 1 ./...

test-faults: engine
	$(GO) test -timeout 15m -tags faults -count 1 ./ingest/faultstest

# A real Apache Kafka broker, whose jars Maven fetches; needs java and mvn.
test-kafka: engine
	$(GO) test -timeout 15m -tags kafka -count 1 ./ingest/kafkatest/... ./internal/testing/kafkatest/...

# One target after the other: go test -fuzz takes one at a time.
fuzz:
	@git grep -Eo '^func Fuzz[A-Za-z]+' -- '*_test.go' | while IFS=: read -r file func; do \
	  $(GO) test "./$$(dirname $$file)" -run '^$$' -fuzz "^$${func#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x -parallel 1 || exit 1; \
	done

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

clean:
	rm -rf bin
