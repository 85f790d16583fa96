// PyTorch's values, on these kernels.
import "../src/index.ts";
import "../../core/test/golden/dtypes.test.ts";
import "../../core/test/golden/edges.test.ts";
import "../../core/test/golden/ops.test.ts";
