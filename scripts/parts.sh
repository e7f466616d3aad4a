# Sourced by check.sh and test.sh: runs named parts one after the other, prints
# how long each took against its budget, and remembers what failed. A part that
# fails does not keep the others from running.

began=$SECONDS
failed=()

# part NAME BUDGET-SECONDS COMMAND…
part() {
	local name=$1 budget=$2 from=$SECONDS
	shift 2
	echo "=== $name (budget $budget s)"
	if "$@"; then
		echo "=== $name: $((SECONDS - from)) s"
	else
		failed+=("$name")
		echo "=== $name: FAILED after $((SECONDS - from)) s"
	fi
}

# finish prints the whole time and gives the outcome of all parts.
finish() {
	echo "=== all parts: $((SECONDS - began)) s"
	if [ ${#failed[@]} -gt 0 ]; then
		echo "=== failed: ${failed[*]}"
		return 1
	fi
}
