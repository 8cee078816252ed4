// A plugin of qemu-aarch64: on every entry of lien_count_mark it prints how many instructions the
// guest has run since the last. tests/arm/count.py reads them, as benches/kernels/count.py reads
// valgrind's.
//
// Debian ships no header for plugins, so the part of the interface that is used is declared here.
// Source: include/qemu/qemu-plugin.h of QEMU 7.2, version 1 of the interface.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* tb);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* tb, std::size_t index);
const char* qemu_plugin_insn_symbol(const qemu_plugin_insn* instruction);
void qemu_plugin_register_vcpu_tb_trans_cb(std::uint64_t id,
                                           void (*translated)(std::uint64_t, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_insn* instruction, qemu_plugin_op,
                                                void* counter, std::uint64_t add);
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn* instruction,
                                            void (*executed)(unsigned, void*), qemu_plugin_cb_flags,
                                            void* data);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
}

namespace {

// One guest processor: kernel_counts starts no thread.
std::uint64_t instructions = 0;

void mark(unsigned /*processor*/, void* /*data*/) {
  std::fprintf(stderr, "%llu\n", static_cast<unsigned long long>(instructions));
  instructions = 0;
}

// Instruction by instruction: a block may be left in its middle.
void translated(std::uint64_t /*id*/, qemu_plugin_tb* block) {
  const std::size_t count = qemu_plugin_tb_n_insns(block);
  for (std::size_t i = 0; i < count; ++i) {
    qemu_plugin_insn* const instruction = qemu_plugin_tb_get_insn(block, i);
    const char* const symbol = qemu_plugin_insn_symbol(instruction);
    const bool marks = i == 0 && symbol != nullptr && std::strcmp(symbol, "lien_count_mark") == 0;
    if (marks)
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, mark, QEMU_PLUGIN_CB_NO_REGS, nullptr);
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, QEMU_PLUGIN_INLINE_ADD_U64,
                                               &instructions, 1);
  }
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int qemu_plugin_install(std::uint64_t id,
                                                                          const void* /*about*/,
                                                                          int /*words*/,
                                                                          char** /*word*/) {
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  return 0;
}
