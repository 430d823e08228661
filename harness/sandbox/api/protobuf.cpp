// The numbers are those of generated.proto in Kubernetes' api module (core/v1, batch/v1, authorization/v1,
// apimachinery's meta/v1), of which only what kubectl's generators fill in stands here.
#include "harness/sandbox/api/protobuf.hpp"

#include <map>

#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/protobuf_message.hpp"

namespace pgdrill::sandbox {
namespace {

using Shape = ProtobufField::Shape;
using Times = ProtobufField::Times;
using Message = ProtobufMessage;

ProtobufField text(unsigned number, std::string_view name, Times times = Times::once) {
  return {.number = number, .name = name, .times = times};
}
ProtobufField bytes(unsigned number, std::string_view name, Times times = Times::once) {
  return {.number = number, .name = name, .shape = Shape::bytes, .times = times};
}
ProtobufField integer(unsigned number, std::string_view name) {
  return {.number = number, .name = name, .shape = Shape::integer};
}
ProtobufField boolean(unsigned number, std::string_view name) {
  return {.number = number, .name = name, .shape = Shape::boolean};
}
ProtobufField one(unsigned number, std::string_view name, Message const& message) {
  return {.number = number, .name = name, .shape = Shape::message, .message = &message};
}
ProtobufField many(unsigned number, std::string_view name, Message const& message) {
  return {
      .number = number, .name = name, .shape = Shape::message, .times = Times::repeated, .message = &message};
}
// A message whose fields are the outer one's own in JSON.
ProtobufField embedded(unsigned number, Message const& message) {
  return {.number = number, .name = "", .shape = Shape::embedded, .message = &message};
}

Message const owner{
    {text(1, "kind"), text(3, "name"), text(4, "uid"), text(5, "apiVersion"), boolean(6, "controller")}};
Message const metadata{{text(1, "name"), text(2, "generateName"), text(3, "namespace"),
                        text(11, "labels", Times::map), text(12, "annotations", Times::map),
                        many(13, "ownerReferences", owner), text(14, "finalizers", Times::repeated)}};
Message const only_metadata{{one(1, "metadata", metadata)}};
Message const config_map{{one(1, "metadata", metadata), text(2, "data", Times::map),
                          bytes(3, "binaryData", Times::map), boolean(4, "immutable")}};
Message const secret{{one(1, "metadata", metadata), bytes(2, "data", Times::map), text(3, "type"),
                      text(4, "stringData", Times::map), boolean(5, "immutable")}};

Message const local_reference{{text(1, "name")}};
Message const key_of_object{{embedded(1, local_reference), text(2, "key"), boolean(3, "optional")}};
Message const whole_object{{embedded(1, local_reference), boolean(2, "optional")}};
Message const field_of_pod{{text(1, "apiVersion"), text(2, "fieldPath")}};
Message const variable_source{{one(1, "fieldRef", field_of_pod), one(3, "configMapKeyRef", key_of_object),
                               one(4, "secretKeyRef", key_of_object)}};
Message const variable{{text(1, "name"), text(2, "value"), one(3, "valueFrom", variable_source)}};
Message const variables{
    {text(1, "prefix"), one(2, "configMapRef", whole_object), one(3, "secretRef", whole_object)}};

Message const empty;
Message const item{{text(1, "key"), text(2, "path"), integer(3, "mode")}};
Message const secret_volume{{text(1, "secretName"), many(2, "items", item), integer(3, "defaultMode")}};
Message const map_volume{{embedded(1, local_reference), many(2, "items", item), integer(3, "defaultMode")}};
Message const claim_volume{{text(1, "claimName"), boolean(2, "readOnly")}};
Message const volume_source{{one(2, "emptyDir", empty), one(6, "secret", secret_volume),
                             one(10, "persistentVolumeClaim", claim_volume),
                             one(19, "configMap", map_volume)}};
Message const volume{{text(1, "name"), embedded(2, volume_source)}};
Message const mount{{text(1, "name"), boolean(2, "readOnly"), text(3, "mountPath"), text(4, "subPath")}};

Message const container{{text(1, "name"), text(2, "image"), text(3, "command", Times::repeated),
                         text(4, "args", Times::repeated), text(5, "workingDir"), many(7, "env", variable),
                         one(8, "resources", empty), many(9, "volumeMounts", mount),
                         text(14, "imagePullPolicy"), many(19, "envFrom", variables)}};
Message const pod_spec{{many(1, "volumes", volume), many(2, "containers", container),
                        text(3, "restartPolicy"), integer(4, "terminationGracePeriodSeconds"),
                        integer(5, "activeDeadlineSeconds"), text(8, "serviceAccountName"),
                        many(20, "initContainers", container)}};
Message const pod_template{{one(1, "metadata", metadata), one(2, "spec", pod_spec)}};
Message const job_spec{{integer(1, "parallelism"), integer(2, "completions"),
                        integer(3, "activeDeadlineSeconds"), one(6, "template", pod_template),
                        integer(7, "backoffLimit"), integer(8, "ttlSecondsAfterFinished"),
                        text(9, "completionMode"), boolean(10, "suspend")}};
Message const job{{one(1, "metadata", metadata), one(2, "spec", job_spec)}};

Message const resource_attributes{{text(1, "namespace"), text(2, "verb"), text(3, "group"),
                                   text(4, "version"), text(5, "resource"), text(6, "subresource"),
                                   text(7, "name")}};
Message const path_attributes{{text(1, "path"), text(2, "verb")}};
Message const access_spec{
    {one(1, "resourceAttributes", resource_attributes), one(2, "nonResourceAttributes", path_attributes)}};
Message const access_review{{one(1, "metadata", metadata), one(2, "spec", access_spec)}};
Message const rules_spec{{text(1, "namespace")}};
Message const rules_review{{one(1, "metadata", metadata), one(2, "spec", rules_spec)}};

Message const* message_of(std::string_view kind) {
  static std::map<std::string_view, Message const*> const known{{"Namespace", &only_metadata},
                                                                {"ServiceAccount", &only_metadata},
                                                                {"ConfigMap", &config_map},
                                                                {"Secret", &secret},
                                                                {"Job", &job},
                                                                {"SelfSubjectAccessReview", &access_review},
                                                                {"SelfSubjectRulesReview", &rules_review},
                                                                {"SelfSubjectReview", &only_metadata}};
  auto const found = known.find(kind);
  return found == known.end() ? nullptr : found->second;
}

// The envelope runtime.Unknown, whose field 2 is the object; its field 1 says the kind.
Message const type_meta{{text(1, "apiVersion"), text(2, "kind")}};
Message const envelope{{one(1, "typeMeta", type_meta), text(2, "raw")}};

}  // namespace

Result<kube::Object> object_from_protobuf(std::string_view kind, std::string_view bytes) {
  constexpr std::string_view magic("k8s\0", 4);
  Message const* const message = message_of(kind);
  if (message == nullptr) {
    return fail(api_error(415, "UnsupportedMediaType",
                          "the body of the request was in an unknown format - accepted media "
                          "types for this kind include: application/json"));
  }
  if (!bytes.starts_with(magic)) return fail(bad_request_error("the body is no protobuf of Kubernetes"));
  TRY(json::object const outer, parse_protobuf(envelope, bytes.substr(magic.size())));
  json::value const* const raw = outer.if_contains("raw");
  TRY(kube::Object object,
      parse_protobuf(*message, raw == nullptr ? std::string_view() : std::string_view(raw->get_string())));
  for (std::string_view const name : {"apiVersion", "kind"}) {
    if (auto const* value = find(outer, fmt::format("typeMeta.{}", name))) object[name] = *value;
  }
  return object;
}

}  // namespace pgdrill::sandbox
