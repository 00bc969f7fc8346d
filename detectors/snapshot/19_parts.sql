-- Days of attendance are many, and detectors read them rarely: merged beside what other files still fill.
OPTIMIZE TABLE {{snapshot}}.attendance FINAL;
