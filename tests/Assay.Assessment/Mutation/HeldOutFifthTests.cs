using Assay.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>
/// Faults as laboratories meet them in images, captures and structured fields, written and laid down before their author had read a check or an earlier
/// set, and harmless things that look like them.
/// </summary>
/// <remarks>First run, before any check was mended on it: 142 of 207 faults found (image 45 of 76, captures 47 of 59, fields 50 of 72); none of 9,718 units of 43 harmless variations refuted or disputed.</remarks>
public class HeldOutFifthTests(ITestOutputHelper output)
{
    [Fact]
    public void Faults_that_laboratories_meet_are_found()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        HeldOutFault[] faults = [.. HeldOutFifthImages.All, .. HeldOutFifthCaptures.All, .. HeldOutFifthFields.All];
        var missed = HeldOutRun.Missed("fifth", faults, output);
        Assert.True(faults.Length - missed.Count >= 142, $"{missed.Count} of {faults.Length} not found:\n{string.Join('\n', missed)}");
    }

    [Fact]
    public void What_looks_like_them_and_is_harmless_refutes_nothing()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        var refuted = HeldOutRun.Refuted("fifth", HeldOutFifthHonest.All, output);
        Assert.True(refuted.Count == 0, string.Join('\n', refuted));
    }
}
