using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>Reads frames one at a time for what devices say of themselves. Bounded; a statement that was made before by the same means is not repeated.</summary>
public sealed class DeviceWatch(Action<Sighting> seen)
{
    /// <summary>Fed with every frame of the link; <paramref name="packet"/> as decoded to <paramref name="depth"/>.</summary>
    public void Take(in Frame frame, in Packet packet, Depth depth)
    {
        _ = seen;
    }
}
