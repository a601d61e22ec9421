// Package engines holds what runs campaigns on clusters. Its tests run the very commands
// of these files, with small campaigns.
package engines

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tiny are flags of a campaign that takes a second.
var tiny = []string{"--kind", "judges", "--histories", "5", "--steps", "4", "--people", "3"}

// mlsref is the program, built once.
var mlsref string

func TestMain(m *testing.M) { os.Exit(built(m)) }

func built(m *testing.M) int {
	dir, err := os.MkdirTemp("", "engines")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	mlsref = filepath.Join(dir, "mlsref")
	if out, err := exec.Command("go", "build", "-o", mlsref, "../../cmd/mlsref").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	return m.Run()
}

// needs skips where a shell is missing.
func needs(t *testing.T, shell string) {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		t.Skipf("not checked: %v", err)
	}
}

func command(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// complete: a report says that nothing is missing.
func complete(t *testing.T, report string) {
	t.Helper()
	text, err := os.ReadFile(report)
	if err != nil || !strings.HasPrefix(string(text), "5 of 5 histories of judges (seeds 1 to 5, about 4 steps, at most 3 people)") {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestSlurm submits a campaign to programs in the place of Slurm's: sbatch runs each task
// of an array in turn, as a job of one core, and srun its command.
func TestSlurm(t *testing.T) {
	needs(t, "bash")
	bin, dir := t.TempDir(), filepath.Join(t.TempDir(), "results")
	for name, text := range map[string]string{
		"srun": "exec \"$@\"\n",
		"sbatch": `tasks=none
while true; do
	case $1 in
	--array=0-*) tasks=$(seq 0 "${1#--array=0-}") ;;
	--parsable | --output=*) ;;
	--dependency=afterany:77) echo "after 77" ;;
	-*) echo "sbatch: $1?" >&2; exit 1 ;;
	*) break ;;
	esac
	shift
done
if [ "$tasks" = none ]; then exec bash "$@"; fi
for i in $tasks; do
	SLURM_ARRAY_TASK_ID=$i SLURM_CPUS_PER_TASK=1 bash "$@" >&2
done
echo 77
`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/bash\nset -e\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "MLSREF=" + mlsref}
	for range 2 { // and again: there is nothing left to do
		out := command(t, env, "slurm/submit", append([]string{"3", dir}, tiny...)...)
		if !strings.Contains(out, "after 77") {
			t.Errorf("the report does not wait for the array:\n%s", out)
		}
	}
	for i := 1; i <= 3; i++ {
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprintf("campaign-%d-of-3.jsonl", i))); err != nil {
			t.Error(err)
		}
	}
	complete(t, filepath.Join(dir, "report.txt"))
}

// TestKubernetes runs the containers' commands, each index once, in a directory in the
// place of the volume.
func TestKubernetes(t *testing.T) {
	needs(t, "sh")
	volume := t.TempDir()
	for _, dir := range []string{"bin", "results"} {
		if err := os.Mkdir(filepath.Join(volume, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(mlsref, filepath.Join(volume, "bin", "mlsref")); err != nil {
		t.Fatal(err)
	}
	text := manifest(t, "kubernetes/campaign.yaml")
	shards := only(t, text, `(?m)^  completions: ([0-9]+)$`)
	if env := only(t, text, `- name: SHARDS .*\n +value: "([0-9]+)"`); env != shards {
		t.Errorf("there are %s completions, and SHARDS is %s", shards, env)
	}
	script := strings.ReplaceAll(args(t, text), "/campaign/", volume+"/")
	const given = "--kind props --seed 1 --histories 100000 --steps 40 --people 6"
	if !strings.Contains(script, given) {
		t.Fatalf("the command is\n%s", script)
	}
	// With one history in a shard, the flags as they stand.
	command(t, []string{"JOB_COMPLETION_INDEX=0", "SHARDS=100000"}, "sh", "-c", strings.NewReplacer("/results", "/first", "--steps 40", "--steps 4").Replace(script))
	script = strings.Replace(script, given, strings.Join(tiny, " "), 1)
	for i := range 8 {
		command(t, []string{fmt.Sprint("JOB_COMPLETION_INDEX=", i), "SHARDS=" + shards}, "sh", "-c", script)
	}
	report := strings.ReplaceAll(args(t, manifest(t, "kubernetes/report.yaml")), "/campaign/", volume+"/")
	command(t, nil, "sh", "-c", report)
	complete(t, filepath.Join(volume, "results", "report.txt"))
}

func manifest(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func only(t *testing.T, text, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
	if len(m) != 1 {
		t.Fatalf("%s is there %d times", pattern, len(m))
	}
	return m[0][1]
}

// args is the block of text that the container's shell is given.
func args(t *testing.T, text string) string {
	t.Helper()
	block := only(t, text, `(?m)^          args:\n            - \|\n((?:              .*\n)+)`)
	return regexp.MustCompile(`(?m)^              `).ReplaceAllString(block, "")
}
