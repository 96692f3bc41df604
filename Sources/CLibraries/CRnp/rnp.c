// The functions of librnp that are used, each of which loads it when it is first called.
#include "late_binding.h"
#include "CRnp.h"

#define FORWARD(failure, result, name, parameters, arguments) LATE_BINDING("librnp.so.0", failure, result, name, parameters, arguments)
#define FORWARD_VOID(name, parameters, arguments) LATE_BINDING_VOID("librnp.so.0", name, parameters, arguments)

FORWARD_VOID(rnp_buffer_destroy, (void *ptr), (ptr))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_ffi_create,
  (rnp_ffi_t *ffi, const char *pub_format, const char *sec_format), (ffi, pub_format, sec_format))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_ffi_destroy, (rnp_ffi_t ffi), (ffi))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_input_destroy, (rnp_input_t input), (input))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_input_from_memory,
  (rnp_input_t *input, const uint8_t buf[], size_t buf_len, bool do_copy), (input, buf, buf_len, do_copy))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_key_get_fprint, (rnp_key_handle_t key, char **fprint), (key, fprint))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_key_get_primary_fprint, (rnp_key_handle_t key, char **fprint), (key, fprint))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_key_handle_destroy, (rnp_key_handle_t key), (key))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_load_keys,
  (rnp_ffi_t ffi, const char *format, rnp_input_t input, uint32_t flags), (ffi, format, input, flags))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_create,
  (rnp_op_verify_t *op, rnp_ffi_t ffi, rnp_input_t input, rnp_output_t output), (op, ffi, input, output))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_destroy, (rnp_op_verify_t op), (op))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_detached_create,
  (rnp_op_verify_t *op, rnp_ffi_t ffi, rnp_input_t input, rnp_input_t signature), (op, ffi, input, signature))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_execute, (rnp_op_verify_t op), (op))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_get_signature_at,
  (rnp_op_verify_t op, size_t idx, rnp_op_verify_signature_t *sig), (op, idx, sig))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_get_signature_count, (rnp_op_verify_t op, size_t *count), (op, count))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_signature_get_key,
  (rnp_op_verify_signature_t sig, rnp_key_handle_t *key), (sig, key))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_op_verify_signature_get_status, (rnp_op_verify_signature_t sig), (sig))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_output_destroy, (rnp_output_t output), (output))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_output_memory_get_buf,
  (rnp_output_t output, uint8_t **buf, size_t *len, bool do_copy), (output, buf, len, do_copy))
FORWARD(RNP_ERROR_GENERIC, rnp_result_t, rnp_output_to_memory, (rnp_output_t *output, size_t max_alloc), (output, max_alloc))
