using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>Every field that readers read, in their order.</summary>
internal sealed class FieldList : IFieldWitness
{
    public List<(long Frame, string Protocol, string Field, string Value)> All { get; } = [];

    public void Saw(long frame, string protocol, string field, string value) => All.Add((frame, protocol, field, value));
}
