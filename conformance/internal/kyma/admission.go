package kyma

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	registration "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// AdmissionHost is the name by which the API server calls the played webhook; both run on the node.
const AdmissionHost = "localhost"

// What the operator's webhook says of version v1beta1, which it lets nobody write any more. The API server puts the webhook's name before the refusal.
const (
	admissionName    = "v1beta1-admission.apirule.gateway.kyma-project.io"
	admissionWarning = "Version v1beta1 of APIRule is no longer supported. Migrate to version v2."
	admissionRefusal = "v1beta1 APIRule version is no longer supported, please use v2 instead"
)

// Admission is the configuration of the operator's webhook: requests of version v1beta1 to write or delete an APIRule, not those of other versions.
func Admission(address string, authority []byte) *registration.ValidatingWebhookConfiguration {
	url, fail, exact, none, all := "https://"+address+"/", registration.Fail, registration.Exact, registration.SideEffectClassNone, registration.AllScopes
	return &registration.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "api-gateway-validation"},
		Webhooks: []registration.ValidatingWebhook{{
			Name: admissionName, ClientConfig: registration.WebhookClientConfig{URL: &url, CABundle: authority},
			Rules: []registration.RuleWithOperations{{
				Operations: []registration.OperationType{registration.Create, registration.Update, registration.Delete},
				Rule:       registration.Rule{APIGroups: []string{"gateway.kyma-project.io"}, APIVersions: []string{"v1beta1"}, Resources: []string{"apirules"}, Scope: &all},
			}},
			FailurePolicy: &fail, MatchPolicy: &exact, SideEffects: &none, AdmissionReviewVersions: []string{"v1"},
		}},
	}
}

// ServeAdmission answers for the webhook until the listener is closed.
func ServeAdmission(listener net.Listener, certificate tls.Certificate) {
	server := &http.Server{Handler: http.HandlerFunc(refuseOldVersion), ReadHeaderTimeout: 5 * time.Second}
	_ = server.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}))
}

func refuseOldVersion(w http.ResponseWriter, r *http.Request) {
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil {
		http.Error(w, "an AdmissionReview is expected", http.StatusBadRequest)
		return
	}
	response := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
	if review.Request.Resource.Version == "v1beta1" {
		response.Allowed, response.Warnings = false, []string{admissionWarning}
		response.Result = &metav1.Status{Message: admissionRefusal, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden}
	}
	review.Response, review.Request = response, nil
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review)
}
