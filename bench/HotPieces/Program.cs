using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Hobom.Slices.Bench.HotPieces;

// In this process: a build of its own for each piece would ask for packages, and the pieces are large enough to be seen.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromTypes([typeof(PieceBenchmarks)]).Run(args.Length > 0 ? args : ["--filter", "*"], config);
