# Shortcuts only; everything is a script in dev/ and works without make.
.PHONY: check fast format serve

check:
	@dev/check

fast:
	@dev/check --fast

format:
	@dev/format --write

serve:
	@dev/serve
