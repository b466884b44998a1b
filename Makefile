# The only door for work: people and CI enter by it. `make` alone lists the doors.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test build run check bench fuzz soak judge-kodi judge-hour screens pages binary need-%

TARGET := $(or $(CARGO_TARGET_DIR),target)
# What need.sh had to fetch for this checkout alone (node, cargo-deny) lies in target/tools.
export PATH := $(CURDIR)/target/tools/bin:$(CURDIR)/target/tools/node_modules/.bin:$(HOME)/.cargo/bin:$(PATH)

help: ## list the doors
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: need-demo build ## build everything and run the station with a simulated receiver on :8080
	@exec $(TARGET)/release/telecast demo $(ARGS)

test: need-test ## every check that CI runs, in its order; the last line counts
	@scripts/test.sh

build: need-build pages ## the release binary: target/release/telecast
	cargo build --release --locked --bin telecast

run: need-demo build ## the real server: onboarding in the browser, data below ./data
	@exec $(TARGET)/release/telecast serve --data-dir data $(ARGS)

check: need-build ## fast: format, lints, unit tests
	@scripts/test.sh fast

bench: need-bench build e2e/node_modules/.package-lock.json ## figures side by side with what people use: NAME=remux, FULL=1 for the whole length
	@scripts/bench.sh $(NAME)

fuzz: ## give parsers bad bytes: TARGET_NAME=ts SECONDS_EACH=60
	@scripts/fuzz.sh $(TARGET_NAME)

soak: need-bench build e2e/node_modules/.package-lock.json ## thirty viewers, a browser and random faults for an hour: MINUTES=60, or HOURS=24 in a hurry, SEED=1
	@MINUTES=$(MINUTES) HOURS=$(HOURS) SEED=$(SEED) python3 scripts/soak.py

judge-kodi: binary ## Kodi itself judges the simulated receiver, list and guide (Debian packages kodi, kodi-pvr-vuplus, kodi-pvr-iptvsimple, xvfb)
	@python3 scripts/judge_kodi.py $(TARGET)/debug/telecast
	@python3 scripts/judge_kodi_list.py $(TARGET)/debug/telecast

judge-hour: need-bench build e2e/node_modules/.package-lock.json ## Chromium, VLC and Kodi watch own channels in real time: MINUTES=60 (packages as for judge-kodi)
	@MINUTES=$(or $(MINUTES),60) python3 scripts/judge_hour.py

screens: need-test build ## make the pictures in docs/screens anew
	cd e2e && npm run screens

binary: # what the tests start
	cargo build --locked --bin telecast

pages: web/dist/index.html

web/dist/index.html: web/node_modules/.package-lock.json web/index.html web/vite.config.ts \
		$(shell find web/src web/public -type f 2>/dev/null)
	cd web && npm run build
	@touch $@ crates/server/src/web/pages.rs # the binary embeds what was built: cargo must look again

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	@touch $@

need-%:
	@scripts/need.sh $*
