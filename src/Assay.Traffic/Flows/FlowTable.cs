using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Flows;

/// <summary>Flow records of a capture at full speed, with names, TLS versions and the first HTTP request of each, and as a table for a person.</summary>
public static class FlowTable
{
    /// <summary>Reads a capture once and hands out each flow, in the order of first frames; beyond half a million open flows in batches of that order.</summary>
    /// <remarks>Nothing is allocated per packet; memory is bounded by the number of open flows.</remarks>
    /// <exception cref="UnreadableException">The artefact does not begin as a capture does.</exception>
    /// <exception cref="OperationCanceledException"/>
    /// <param name="counters">Endpoints and counters only: no payload is read, so that there are no names and no applications.</param>
    public static Coverage Read(Artefact artefact, ExaminationOptions options, Action<Flow> emit, bool counters = false) =>
        // What is compressed is unpacked while it is read, and only once; to count costs no more than to read every frame a second time.
        counters || artefact.Size < Small || CaptureBytes.IsPacked(artefact)
            ? new CaptureWalk(artefact, options, isExamination: false, emit, counters: counters).Run()
            : new SharedWalk(artefact, options).Run(emit);

    /// <summary>As <see cref="Read(Artefact, ExaminationOptions, Action{Flow}, bool)"/>, of an interface: flows leave as they end.</summary>
    public static Coverage Read(LiveReader reader, ExaminationOptions options, Action<Flow> emit, bool counters = false) =>
        new CaptureWalk(reader.Artefact, options, isExamination: false, emit, counters: counters).Run(reader);

    /// <summary>Bytes below which a capture cannot hold as many flows as the cache of one share, so that one walk gives the very same records.</summary>
    private const long Small = 4 << 20;

    public const string Header = "FIRST                        PROTOCOL SOURCE                 DESTINATION            APPLICATION  PACKETS      BYTES          NAMES";

    /// <summary>One line of the table.</summary>
    public static void Write(TextWriter text, Flow flow)
    {
        var line = new StringBuilder(160);
        Column(EvidenceJson.Time(flow.First), 28);
        Column(flow.ProtocolName, 8);
        Column(End(flow.Source, flow.SourcePort), 22);
        Column(End(flow.Destination, flow.DestinationPort), 22);
        Column(Flow.NameOf(flow.Application) ?? "-", 12);
        Column(string.Create(CultureInfo.InvariantCulture, $"{flow.Packets.Out}/{flow.Packets.In}"), 12);
        Column(string.Create(CultureInfo.InvariantCulture, $"{flow.Bytes.Out}/{flow.Bytes.In}"), 14);
        line.Append(Shortened.Visible(string.Join(' ', flow.Names)));
        text.WriteLine(line.ToString().TrimEnd());

        void Column(string value, int width) => line.Append(value.PadRight(width)).Append(' ');
    }

    private static string End(Captures.Address address, ushort? port) =>
        port is null ? address.ToString() : string.Create(CultureInfo.InvariantCulture, $"{(address.IsV4 ? address.ToString() : $"[{address}]")}:{port}");
}
