-- Days of attendance are many, and detectors read them rarely: merged beside what other files still fill (carry.go).
OPTIMIZE TABLE {{snapshot}}.attendance FINAL;
