package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// synthesis is what a user's program does: objects in a chart, files from `app.synth()`.
const synthesis = `
const { ApiObject, App, Chart, YamlOutputType } = require(process.argv[1]);
const { outdir, type, objects } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
if (!(type in YamlOutputType)) throw new Error('no YamlOutputType is called ' + type);
const app = new App({ outdir, yamlOutputType: YamlOutputType[type] });
const chart = new Chart(app, 'case');
objects.forEach((object, index) => new ApiObject(chart, 'object-' + index, object));
app.synth();
`

// stepManifests are the manifests of a step as they reach kubectl.
func (r *run) stepManifests(ctx context.Context, step *Step) ([]*unstructured.Unstructured, error) {
	objects, err := r.manifests(step.Apply, step.Manifest)
	if err != nil || step.Cdk8s == "" {
		return objects, err
	}
	directory := filepath.Join(r.files, "cdk8s.out")
	if err := os.RemoveAll(directory); err != nil {
		return nil, err
	}
	input, err := json.Marshal(map[string]any{"outdir": directory, "type": step.Cdk8s, "objects": objects})
	if err != nil {
		return nil, err
	}
	library, err := filepath.Abs(filepath.Join(r.suite.directory(), "..", "..", "node_modules", "cdk8s"))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "node", "-e", synthesis, library)
	cmd.Stdin = strings.NewReader(string(input))
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cdk8s, which needs Node and `npm ci`: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	written, err := readFiles(directory, []string{"*.yaml"})
	if err == nil {
		r.Report.note("cdk8s writes %d objects with %s: %s", len(objects), step.Cdk8s, references(written))
	}
	return written, err
}
